import cytoscape, { type NodeCollection, type Core, type EdgeSingular, type ElementDefinition, type NodeSingular } from "cytoscape";
import type { Drawing, Element } from "../api/shapes";
import { percent, plainId, range } from "../api/words";
import { i18n } from "../i18n";
import { inWords } from "../i18n/stated";
import { lean } from "./engine";
import { wrapped } from "./lettering";
import { LOOK } from "./look";
import type { Place } from "./places";
import { sketch, type View } from "./sketch";
import { thinned } from "./thin";

/** Up to here everything is lettered at once; beyond, what is in view and large enough to read. */
const LETTERED = 900;
const READABLE = 0.42;
const UNREADABLE = 0.3;
const VAST = 400;
/** A lying drawing needs more room between its ranks, where names and shares stand side by side, and less across. */
const ALONG = 2.05;
const ACROSS = 1.4;
const WIDEST = 2.5;

export type Way = "topdown" | "leftright";

export interface Filters {
  least: number;
  kinds: string[];
}

export type Data = Record<string, unknown>;

/** What is drawn, and how it is looked at. Positions of a first drawing are the server's. */
export class Canvas {
  readonly core: Core;
  way: Way = "topdown";
  protected anchors: string[] = [];
  /** The day that is drawn. */
  private day = "";
  /** Does the canvas show but a part, because the whole could not be read? */
  near = false;
  private letter = 0;
  protected fitted = true;
  private paper: HTMLCanvasElement | null = null;

  constructor(
    private readonly place: HTMLElement,
    private readonly labels: (kind: string) => string,
    private readonly types: (type: string) => string,
  ) {
    this.core = cytoscape({ container: place, style: LOOK, minZoom: 0.04, maxZoom: 3, boxSelectionEnabled: true });
    lean(this.core);
    this.core.on("dragpan scrollzoom pinchzoom", () => (this.fitted = false));
    // A window that changes keeps the whole in view, as long as nobody looked closer.
    this.core.on("resize", () => this.fitted && this.fit());
    this.core.on("viewport", () => {
      window.clearTimeout(this.letter);
      this.letter = window.setTimeout(() => this.lettered(), 90);
    });
  }

  /** Are lines and names written at once, or only where one looks? */
  protected get wholly(): boolean {
    return this.core.elements().length <= LETTERED || this.core.zoom() >= READABLE;
  }

  /** The first measure of a text opens the typeface; better while nobody waits. */
  warm(): void {
    const pen = document.createElement("canvas").getContext("2d");
    if (!pen) return;
    pen.font = "13px Noto Sans SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif";
    pen.measureText("股权 100.00%");
  }

  destroy(): void {
    window.clearTimeout(this.letter);
    this.core.destroy();
  }

  /** A drawing too large to be there at once is sketched; gives whether it was. It stands until the canvas does. */
  sketch(drawing: Drawing): boolean {
    const { nodes, edges } = thinned(drawing.elements);
    if (nodes.length + edges.length <= LETTERED) return false;
    this.paper?.remove();
    this.paper = sketch(this.place, { nodes, edges }, this.whole(nodes.map((n) => n.position ?? { x: 0, y: 0 })));
    return this.paper !== null;
  }

  /** Put a drawing of the server on the canvas, for good: whom it is about, first who is looked at, stays when others go. */
  draw(drawing: Drawing, anchors: string[]): void {
    this.clear();
    this.day = drawing.data.as_of;
    this.anchors.push(...anchors);
    const { nodes, edges } = thinned(drawing.elements);
    const all = nodes.length + edges.length <= LETTERED;
    // A line that says of which day it is has room beside it; one between figures side by side, between them.
    const level = new Map(nodes.map((n) => [n.data.id, n.position?.y ?? 0] as const));
    const flat = (e: Element): boolean => Math.abs((level.get(String(e.data.source)) ?? 0) - (level.get(String(e.data.target)) ?? Infinity)) < 52;
    const worded = new Set(edges.filter((e) => this.another(e.data) || flat(e)).flatMap((e) => [String(e.data.source), String(e.data.target)]));
    // A drawing that was sketched stands where its sketch did.
    const wider = all ? spread(nodes, worded) : 1;
    const made: ElementDefinition[] = nodes.map((node) =>
      this.node(node.data, this.turned({ x: (node.position?.x ?? 0) * wider, y: node.position?.y ?? 0 }), `${node.classes ?? ""}${all ? " named" : ""}`));
    const here = new Set(nodes.map((n) => n.data.id));
    const pairs = new Map<string, number>();
    const drawn = edges.filter((e) => here.has(String(e.data.source)) && here.has(String(e.data.target)));
    for (const edge of drawn) {
      const pair = pairOf(edge.data);
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
    for (const edge of drawn) {
      const beside = (pairs.get(pairOf(edge.data)) ?? 0) > 1 ? " parallel" : "";
      made.push(this.edge(edge.data, `${edge.classes ?? ""}${beside}${all ? " named" : ""}`));
    }
    this.core.batch(() => void this.core.add(made));
    this.open(anchors[0] ?? "");
    const paper = this.paper;
    if (paper) this.core.one("render", () => paper.remove());
  }

  /** Show everything where it can be read; else, of what is not vast, the surroundings of one party. */
  open(anchor: string): void {
    this.fit();
    this.near = this.core.zoom() < UNREADABLE && this.core.nodes().length <= VAST;
    if (!this.near) return;
    this.core.zoom(READABLE * 1.6);
    this.core.center(this.core.getElementById(anchor));
    this.fitted = false;
  }

  /** Show everything. The box is that of the figures: measuring all texts would cost more than drawing them. */
  fit(): void {
    const nodes = this.core.nodes();
    if (nodes.empty()) return;
    this.fitted = true;
    this.near = false;
    this.core.viewport(this.whole(placesOf(nodes)));
  }

  private whole(places: Place[]): View {
    const box = boxOf(places);
    const [width, height] = [this.core.width(), this.core.height()];
    const zoom = Math.max(0.04, Math.min(1.15, (width - 60) / box.width, (height - 48) / box.height));
    return { zoom, pan: { x: width / 2 - (box.x + box.width / 2) * zoom, y: height / 2 - (box.y + box.height / 2) * zoom } };
  }

  filter({ least, kinds }: Filters): void {
    const faded = (e: EdgeSingular): boolean => {
      const share = (e.data("share") ?? e.data("share_max")) as unknown;
      return (kinds.length > 0 && !kinds.includes(String(e.data("type")))) || (e.data("type") === "OWNS" && typeof share === "number" && share < least);
    };
    this.core.batch(() => {
      const lit = new Set<string>();
      const any = least > 0 || kinds.length > 0;
      this.core.edges().forEach((e) => {
        const away = any && faded(e);
        if (!away) lit.add(e.source().id()).add(e.target().id());
        if (e.hasClass("faded") !== away) e.toggleClass("faded", away);
      });
      this.core.nodes().forEach((n) => {
        const away = any && !lit.has(n.id()) && n.degree(false) > 0 && !this.anchors.includes(n.id());
        if (n.hasClass("faded") !== away) n.toggleClass("faded", away);
      });
    });
  }

  find(text: string): number {
    this.core.elements(".hit").removeClass("hit");
    const wanted = text.trim().toLowerCase();
    if (!wanted) return 0;
    const hits = this.core.nodes().filter((n) => `${n.data("name") ?? ""} ${n.id()}`.toLowerCase().includes(wanted));
    hits.addClass("hit");
    if (hits.nonempty()) this.core.animate({ center: { eles: hits.first() } }, { duration: 160 });
    return hits.length;
  }

  /** Mark the ways between two parties. Gives how many of their lines are on the canvas. */
  mark(ways: string[][]): number {
    this.core.elements(".way").removeClass("way");
    let marked = this.core.collection();
    for (const nodes of ways) {
      nodes.forEach((id, n) => {
        marked = marked.union(this.core.getElementById(id));
        const next = nodes[n + 1];
        if (next) marked = marked.union(this.core.getElementById(id).edgesWith(this.core.getElementById(next)));
      });
    }
    marked.addClass("way");
    return marked.edges().length;
  }

  /** Bring the ways that are marked into sight, where one stands aside. */
  showWays(): void {
    const nodes = this.core.nodes(".way");
    if (nodes.empty() || this.fitted) return;
    const { x1, x2, y1, y2 } = this.core.extent();
    const seen = nodes.toArray().every((n) => n.position().x > x1 + 60 && n.position().x < x2 - 60 && n.position().y > y1 + 30 && n.position().y < y2 - 30);
    if (!seen) this.core.animate({ fit: { eles: nodes, padding: 70 } }, { duration: 160 });
  }

  effective(shares: Map<string, string>): void {
    this.core.batch(() => {
      this.core.nodes().forEach((n) => {
        const share = shares.get(n.id()) ?? "";
        if (share === String(n.data("effective") ?? "")) return;
        n.data("effective", share);
        this.label(n);
      });
    });
  }

  /** The next finding's node after the selected one. */
  next(step: 1 | -1): void {
    const marked = this.core.nodes(".finding").sort((a, b) => a.position().y - b.position().y || a.position().x - b.position().x);
    if (marked.empty()) return;
    const at = marked.toArray().findIndex((n) => n.selected());
    const node = marked[(at + step + marked.length) % marked.length];
    if (node) this.select(node.id());
  }

  select(id: string, centre = true): void {
    this.core.elements(":selected").unselect();
    const node = this.core.getElementById(id);
    node.select();
    if (centre && node.nonempty()) this.core.animate({ center: { eles: node } }, { duration: 120 });
  }

  /** Go to the nearest party in a direction; distance across counts twice. */
  step(dx: number, dy: number): void {
    const from = this.core.nodes(":selected").last() as NodeSingular;
    if (from.empty()) return;
    const at = from.position();
    let best: { id: string; far: number } | null = null;
    this.core.nodes().forEach((n) => {
      const along = (n.position().x - at.x) * dx + (n.position().y - at.y) * dy;
      const across = Math.abs((n.position().x - at.x) * dy) + Math.abs((n.position().y - at.y) * dx);
      const far = along + 2 * across;
      if (along > 10 && (!best || far < best.far)) best = { id: n.id(), far };
    });
    if (best) this.select((best as { id: string }).id);
  }

  isAnchor(id: string): boolean {
    return this.anchors.includes(id);
  }

  /** Take everything off. */
  protected clear(): void {
    this.core.elements().remove();
    this.anchors = [];
    this.way = "topdown";
  }

  protected has(id: string): boolean {
    return this.core.getElementById(id).nonempty();
  }

  protected turned(at: Place): Place {
    return this.way === "topdown" ? at : turnedTo(this.way, at);
  }

  /** Turn what stands as the other drawing has it into this one. */
  protected quarter(nodes: NodeCollection): void {
    nodes.forEach((n) => {
      const node = n as NodeSingular;
      const locked = node.locked();
      node.unlock();
      node.position(turnedTo(this.way, node.position()));
      if (locked) node.lock();
    });
  }

  protected node(data: Data & { id: string }, position: Place, classes: string): ElementDefinition {
    const { shown, tall } = this.nodeLabel(data, classes.split(" "));
    return { group: "nodes", data: { ...data, shown }, position, classes: tall ? `${classes} tall` : classes };
  }

  protected edge(data: Data, classes: string): ElementDefinition {
    const { id, source, target, type } = data as { id: string; source: string; target: string; type?: string };
    const apart = this.another(data) || aside(data, classes);
    return { group: "edges", data: { ...data, id, source, target, shown: this.edgeLabel(data, aside(data, classes)) }, classes: `${classes}${type === "OWNS" ? " owns" : ""}${apart ? " dashed" : ""}` };
  }

  /** Say a party's name anew, and make room for it. */
  protected label(node: NodeSingular): void {
    const { shown, tall } = this.nodeLabel(node.data() as Data, [...node.classes()]);
    node.data("shown", shown);
    if (node.hasClass("tall") !== tall) node.toggleClass("tall", tall);
  }

  /** What a relation of another day than is drawn says of itself: until when it was, or since when it is. */
  private another(data: Data): string {
    const [since, until] = [data.valid_from, data.valid_to].map((day) => (typeof day === "string" ? day : ""));
    if (this.day && until && until <= this.day) return i18n.global.t("finding.held_until", { d: until });
    if (this.day && since && since > this.day) return i18n.global.t("finding.held_since", { d: since });
    return "";
  }

  protected edgeLabel(data: Data, uncounted: boolean): string {
    const kind = String(data.type ?? "");
    const notes = uncounted ? [i18n.global.t("graph.uncounted")] : [];
    if (kind === "OWNS") return [range(data as { share?: number }), this.another(data), ...notes].filter(Boolean).join("\n");
    if (kind === "ULTIMATELY_HOLDS") return percent(data.share as number);
    // What kin two people are, or who a member is to the head, says more than that they are.
    const told = [data.relation, data.relation_to_head, data.label, data.role].find((one) => typeof one === "string" && one);
    return [told ? inWords(told) : this.labels(kind), ...notes].join("\n");
  }

  protected nodeLabel(data: Data, classes: string[]): { shown: string; tall: boolean } {
    const person = data.type === "Person";
    // A bid is named by its lot or its status, a vehicle by its kind: what it is goes before.
    const called = this.called(data);
    const told = data.type === "Bid" || data.type === "Vehicle" ? `${this.types(String(data.type))} ${inWords(called)}` : called;
    const tag = TAGS.has(String(data.type));
    const share = (data.effective as string | undefined) ?? (typeof data.effective_share === "number" ? percent(data.effective_share) : "");
    // A circle has no room for both ends of a range side by side.
    const effective = person ? share.replace("–", "–\n") : share;
    const name = wrapped(told, person ? 4.6 : tag ? 8.6 : 12, tag || (person && effective === share) ? 3 : 2);
    const away = Number(data.away ?? 0);
    const unowned = classes.includes("owners_unknown") ? i18n.global.t("lot.unowned") : "";
    const shown = [name, effective, unowned, away ? `（+${away}）` : ""].filter(Boolean).join("\n");
    return { shown, tall: shown.split("\n").length > (person ? 3 : 2) };
  }

  /** What a node is called: what has no name goes by its number, a benefit by its programme. */
  private called(data: Data): string {
    const id = String(data.id);
    if (data.name) return String(data.name);
    const kind = `${this.types(String(data.type))} `;
    if (data.type === "Household") return kind + plainId(id);
    if (data.type === "Benefit") return kind + (id.split("/").slice(-2)[0] ?? plainId(id));
    return String(data.label || plainId(id));
  }

  /** Letter what is in view, in a drawing too large to be lettered whole. */
  protected lettered(): void {
    if (this.core.zoom() < READABLE) return;
    const bare = this.core.elements().not(".named");
    if (bare.empty()) return;
    const { x1, x2, y1, y2 } = this.core.extent();
    const within = ({ x, y }: Place): boolean => x > x1 - 90 && x < x2 + 90 && y > y1 - 60 && y < y2 + 60;
    const seen = bare.filter((e) => (e.isNode() ? within((e as NodeSingular).position()) : within((e as EdgeSingular).source().position()) || within((e as EdgeSingular).target().position())));
    this.core.batch(() => void seen.addClass("named"));
  }
}

/** Figures with a tip, in which a line has less room. */
const TAGS = new Set(["Property", "Contact", "Benefit", "Vehicle", "Bid"]);

/** Does a relation not count, as another list goes before its own? The picture marks it, a list of neighbours states it. */
function aside(data: Data, classes: string): boolean {
  return data.counted === false || classes.split(" ").includes("not_counted");
}

function pairOf(data: Data): string {
  return [String(data.source), String(data.target)].sort().join("\n");
}

/** A place of the other drawing in this one: upright, or lying. */
export function turnedTo(way: Way, { x, y }: Place): Place {
  return way === "leftright" ? { x: y * ALONG, y: x / ACROSS } : { x: y * ACROSS, y: x / ALONG };
}

/** A picture's figures may be narrower than those of the canvas: how much wider it is drawn, so that none lies on another. */
function spread(nodes: Element[], worded: Set<string>): number {
  let wider = 1;
  const placed = nodes.map(({ data, position }) => ({ ...(position ?? { x: 0, y: 0 }), half: (data.type === "Person" ? 46 : 90) + (worded.has(data.id) ? 40 : 0) }));
  placed.forEach((a, n) => {
    for (const b of placed.slice(n + 1)) {
      const across = Math.abs(a.x - b.x);
      if (Math.abs(a.y - b.y) < 52 && across > 1) wider = Math.max(wider, (a.half + b.half) / across);
    }
  });
  return Math.min(wider, WIDEST);
}

function placesOf(nodes: NodeCollection): Place[] {
  return nodes.map((n) => (n as NodeSingular).position());
}

function boxOf(places: Place[]): { x: number; y: number; width: number; height: number } {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  places.forEach(({ x, y }) => {
    x1 = Math.min(x1, x - 88);
    x2 = Math.max(x2, x + 88);
    y1 = Math.min(y1, y - 42);
    y2 = Math.max(y2, y + 42);
  });
  return { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
}
