import type { Drawing } from "../api/shapes";
import { ALARM, COLOURS, LINES } from "./look";
import type { Place } from "./places";

export interface View {
  zoom: number;
  pan: Place;
}

class Bundles extends Map<string, Path2D> {
  /** The path of all that is drawn with these pens. */
  of(...pens: (string | number)[]): Path2D {
    const key = pens.join("\n");
    const path = this.get(key) ?? new Path2D();
    this.set(key, path);
    return path;
  }
}

/**
 * Figures and lines in their places and colours, on the screen while the canvas that can be worked on is still being
 * made: of thousands that takes a second, this a frame. What can't be told apart so small is left to the canvas.
 */
export function sketch(stage: HTMLElement, { nodes, edges }: Drawing["elements"], { zoom, pan }: View): HTMLCanvasElement | null {
  const paper = document.createElement("canvas");
  const pen = paper.getContext("2d");
  if (!pen) return null;
  const ratio = window.devicePixelRatio || 1;
  paper.className = "sketch";
  [paper.width, paper.height] = [stage.clientWidth * ratio, stage.clientHeight * ratio];
  Object.assign(paper.style, { position: "absolute", left: "0", top: "0", width: `${stage.clientWidth}px`, height: `${stage.clientHeight}px` });
  pen.setTransform(zoom * ratio, 0, 0, zoom * ratio, pan.x * ratio, pan.y * ratio);
  const places = new Map(nodes.map((n) => [n.data.id, n.position ?? { x: 0, y: 0 }]));
  const [lines, figures] = [new Bundles(), new Bundles()];
  for (const { data, classes } of edges) {
    const [a, b] = [places.get(String(data.source)), places.get(String(data.target))];
    if (!a || !b) continue;
    const [colour, width] = marked(classes) ? [ALARM, 2.8] : data.type === "OWNS" ? LINES.owns : LINES.other;
    const path = lines.of(colour, width);
    path.moveTo(a.x, a.y);
    path.lineTo(b.x, b.y);
  }
  for (const { data, classes } of nodes) {
    const { x, y } = places.get(data.id) ?? { x: 0, y: 0 };
    const [ground, border] = COLOURS[String(data.type)] ?? COLOURS.Company;
    const path = figures.of(ground, marked(classes) ? ALARM : border);
    if (data.type === "Person") {
      path.moveTo(x + 40, y);
      path.arc(x, y, 40, 0, Math.PI * 2);
    } else path.rect(x - 86, y - 23, 172, 46);
  }
  for (const [pens, path] of lines) {
    const [strokeStyle, width] = pens.split("\n");
    Object.assign(pen, { strokeStyle, lineWidth: Number(width) }).stroke(path);
  }
  for (const [pens, path] of figures) {
    const [fillStyle, strokeStyle] = pens.split("\n");
    Object.assign(pen, { fillStyle, strokeStyle, lineWidth: 1.6 }).fill(path);
    pen.stroke(path);
  }
  stage.append(paper);
  return paper;
}

function marked(classes?: string): boolean {
  return /\bfinding\b/.test(classes ?? "");
}
