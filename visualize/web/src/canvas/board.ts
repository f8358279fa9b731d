import cytoscape, { type Core, type EdgeSingular, type ElementDefinition, type NodeSingular } from "cytoscape";
import type { Drawing, NextTo } from "../api/shapes";
import { percent, range } from "../api/words";
import { LOOK } from "./look";

const STEP_X = 190;
const STEP_Y = 120;
const MOST_UNDO = 60;

export type Way = "topdown" | "leftright";

interface State {
  elements: ElementDefinition[];
  pinned: string[];
}

export interface Filters {
  least: number;
  kinds: string[];
}

/** The canvas: what is on it, where, and what was there before. Positions of a first drawing are the server's. */
export class Board {
  readonly core: Core;
  private past: State[] = [];
  private future: State[] = [];
  private way: Way = "topdown";

  constructor(
    place: HTMLElement,
    private readonly labels: (kind: string) => string,
    private readonly changed: () => void,
  ) {
    this.core = cytoscape({
      container: place, style: LOOK, minZoom: 0.08, maxZoom: 3,
      textureOnViewport: false, hideEdgesOnViewport: false, boxSelectionEnabled: true,
    });
    this.core.on("free", "node", () => this.changed());
    this.core.on("grab", "node", () => this.remember());
  }

  destroy(): void {
    this.core.destroy();
  }

  /** Put a drawing of the server on the canvas, or add it to what is there. */
  draw(drawing: Drawing, add = false): void {
    this.core.batch(() => {
      if (!add) this.core.elements().remove();
      const shift = add ? this.below() : { x: 0, y: 0 };
      for (const node of drawing.elements.nodes) {
        if (this.core.getElementById(node.data.id).nonempty()) continue;
        const at = node.position ?? { x: 0, y: 0 };
        this.core.add({
          group: "nodes",
          data: { ...node.data, shown: this.nodeLabel(node.data) },
          position: this.turned({ x: at.x + shift.x, y: at.y + shift.y }),
          classes: node.classes ?? "",
        });
      }
      for (const edge of drawing.elements.edges) this.addEdge(edge.data, edge.classes ?? "");
    });
    if (!add) this.fit();
    this.changed();
  }

  /** Add what stands next to a node: owners in a row above, holdings in a row below, at free places. */
  expand(of: string, items: NextTo[]): string[] {
    const node = this.core.getElementById(of);
    if (node.empty()) return [];
    this.remember();
    const fresh = items.filter((i) => this.core.getElementById(i.party.id).empty());
    const added: string[] = [];
    this.core.batch(() => {
      const up = items[0]?.direction === "in";
      fresh.forEach((item, n) => {
        const at = this.free(node, up, n, fresh.length);
        this.core.add({
          group: "nodes",
          data: { id: item.party.id, type: item.party.type, name: item.party.name, expandedFrom: of, shown: this.nodeLabel({ ...item.party }) },
          position: at,
        });
        added.push(item.party.id);
      });
      for (const item of items) {
        const [source, target] = item.direction === "in" ? [item.party.id, of] : [of, item.party.id];
        this.addEdge({ ...item, party: undefined, id: item.key ?? `${item.kind}:${source}>${target}`, type: item.kind, source, target }, "");
      }
    });
    this.changed();
    return added;
  }

  /** Take away what was added by expanding a node and hangs on nothing else. */
  collapse(of: string): void {
    this.remember();
    const from = this.core.nodes().filter((n) => n.data("expandedFrom") === of && !n.hasClass("pinned"));
    from.filter((n) => (n as NodeSingular).connectedEdges().connectedNodes().difference(n).toArray().every((m) => (m as NodeSingular).id() === of)).remove();
    this.changed();
  }

  remove(ids: string[]): void {
    if (!ids.length) return;
    this.remember();
    for (const id of ids) this.core.getElementById(id).remove();
    this.changed();
  }

  pin(id: string): void {
    const node = this.core.getElementById(id);
    this.remember();
    node.toggleClass("pinned");
    if (node.hasClass("pinned")) node.lock();
    else node.unlock();
    this.changed();
  }

  undo(): void {
    this.swap(this.past, this.future);
  }

  redo(): void {
    this.swap(this.future, this.past);
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  fit(): void {
    this.core.fit(undefined, 36);
    if (this.core.zoom() > 1.15) {
      this.core.zoom(1.15);
      this.core.center();
    }
  }

  /** Turn the drawing a quarter: holders above, or holders on the left. */
  turn(way: Way): void {
    if (way === this.way) return;
    this.remember();
    this.way = way;
    this.core.nodes().forEach((n) => {
      const { x, y } = n.position();
      n.unlock();
      n.position({ x: y * 1.6, y: x / 1.6 });
      if (n.hasClass("pinned")) n.lock();
    });
    this.fit();
    this.changed();
  }

  filter({ least, kinds }: Filters): void {
    this.core.batch(() => {
      this.core.elements().removeClass("faded");
      const away = this.core.edges().filter((e) => {
        const share = e.data("share") ?? e.data("share_max");
        return (kinds.length > 0 && !kinds.includes(e.data("type"))) || (e.data("type") === "OWNS" && typeof share === "number" && share < least);
      });
      away.addClass("faded");
      this.core.nodes().filter((n) => n.degree(false) > 0 && (n as NodeSingular).connectedEdges().every((e) => (e as EdgeSingular).hasClass("faded"))).addClass("faded");
    });
  }

  find(text: string): number {
    this.core.elements().removeClass("hit");
    const wanted = text.trim().toLowerCase();
    if (!wanted) return 0;
    const hits = this.core.nodes().filter((n) => `${n.data("name") ?? ""} ${n.id()}`.toLowerCase().includes(wanted));
    hits.addClass("hit");
    if (hits.nonempty()) this.core.animate({ center: { eles: hits.first() } }, { duration: 160 });
    return hits.length;
  }

  effective(shares: Map<string, string>): void {
    this.core.batch(() => {
      this.core.nodes().forEach((n) => {
        const share = shares.get(n.id());
        n.data("effective", share ?? null);
        n.data("shown", this.nodeLabel(n.data()));
      });
    });
  }

  /** The next finding's node after the selected one. */
  next(step: 1 | -1): string | null {
    const marked = this.core.nodes(".finding").sort((a, b) => a.position().y - b.position().y || a.position().x - b.position().x);
    if (marked.empty()) return null;
    const at = marked.toArray().findIndex((n) => n.selected());
    const node = marked[(at + step + marked.length) % marked.length];
    if (!node) return null;
    this.select(node.id());
    return node.id();
  }

  select(id: string, centre = true): void {
    this.core.elements().unselect();
    const node = this.core.getElementById(id);
    node.select();
    if (centre && node.nonempty()) this.core.animate({ center: { eles: node } }, { duration: 120 });
  }

  /** Everything on the canvas that the first drawing did not bring, for the address. */
  expanded(): string[] {
    return [...new Set(this.core.nodes().map((n) => n.data("expandedFrom") as string | undefined).filter((v): v is string => !!v))];
  }

  private addEdge(data: Record<string, unknown>, classes: string): void {
    const { id, source, target } = data as { id: string; source: string; target: string };
    const ends = [source, target].every((end) => this.core.getElementById(end).nonempty());
    if (!ends || this.core.getElementById(id).nonempty()) return;
    this.core.add({ group: "edges", data: { ...data, id, source, target, shown: this.edgeLabel(data) }, classes });
  }

  private edgeLabel(data: Record<string, unknown>): string {
    const kind = String(data.type ?? "");
    if (kind === "OWNS") return range(data as { share?: number });
    if (kind === "ULTIMATELY_HOLDS") return percent(data.share as number);
    const told = (data.label as string) || (data.role as string);
    return told || this.labels(kind);
  }

  private nodeLabel(data: Record<string, unknown>): string {
    const name = String(data.name || data.label || data.id);
    const effective = (data.effective as string | null) ?? (typeof data.effective_share === "number" ? percent(data.effective_share) : "");
    return effective ? `${name}\n${effective}` : name;
  }

  private turned(at: { x: number; y: number }): { x: number; y: number } {
    return this.way === "topdown" ? at : { x: at.y * 1.6, y: at.x / 1.6 };
  }

  private below(): { x: number; y: number } {
    const box = this.core.elements().boundingBox();
    return this.core.elements().empty() ? { x: 0, y: 0 } : { x: 0, y: box.y2 + 80 };
  }

  private free(node: NodeSingular, up: boolean, n: number, of: number): { x: number; y: number } {
    const { x, y } = node.position();
    const along = (n - (of - 1) / 2) * (this.way === "topdown" ? STEP_X : STEP_Y * 0.7);
    const away = (up ? -1 : 1) * (this.way === "topdown" ? STEP_Y : STEP_X * 1.3);
    let at = this.way === "topdown" ? { x: x + along, y: y + away } : { x: x + away, y: y + along };
    const taken = (p: { x: number; y: number }) => this.core.nodes().toArray().some((m) => Math.abs((m as NodeSingular).position().x - p.x) < 150 && Math.abs((m as NodeSingular).position().y - p.y) < 56);
    for (let tries = 0; tries < 40 && taken(at); tries += 1) {
      at = this.way === "topdown" ? { x: at.x, y: at.y + (up ? -70 : 70) } : { x: at.x + (up ? -90 : 90), y: at.y };
    }
    return at;
  }

  private remember(): void {
    this.past.push(this.state());
    if (this.past.length > MOST_UNDO) this.past.shift();
    this.future = [];
  }

  private state(): State {
    const elements = this.core.elements().map((e) => {
      const { data, position, classes, group } = e.json() as ElementDefinition & { classes: string };
      return { data: { ...data }, ...(position ? { position: { ...position } } : {}), classes, group } as ElementDefinition;
    });
    return { elements, pinned: this.core.nodes(".pinned").map((n) => n.id()) };
  }

  private swap(from: State[], to: State[]): void {
    const state = from.pop();
    if (!state) return;
    to.push(this.state());
    this.core.batch(() => {
      this.core.elements().remove();
      this.core.add(state.elements);
      for (const id of state.pinned) this.core.getElementById(id).lock();
    });
    this.changed();
  }
}
