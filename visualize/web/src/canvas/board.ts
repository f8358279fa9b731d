import type { CollectionReturnValue, EdgeSingular, ElementDefinition, NodeSingular } from "cytoscape";
import type { NextTo } from "../api/shapes";
import { short, written, type Hand, type Opened, type Read } from "./address";
import { Canvas, turnedTo, type Way } from "./canvas";
import { Past, type Said } from "./past";
import { rowsBeside, Taken, type Place } from "./places";

export type { Way } from "./canvas";

/** What was taken off the canvas, and how the canvas stood then. */
interface Kept {
  eles: CollectionReturnValue;
  way: Way;
}

/** The canvas and what is done on it by hand: each deed can be undone, and the address tells them all. */
export class Board extends Canvas {
  readonly hand: Hand = { opened: [], moved: new Map(), pinned: new Set(), removed: new Set(), folded: new Set() };
  private readonly past: Past;
  private readonly folds = new Map<string, Kept>();
  private grabbed = new Map<string, Place>();

  constructor(
    place: HTMLElement,
    labels: (kind: string) => string,
    types: (type: string) => string,
    private readonly changed: () => void,
    jump: (to: Said) => void,
  ) {
    super(place, labels, types);
    this.past = new Past(jump);
    this.core.on("grab", "node", (event) => {
      const node = event.target as NodeSingular;
      this.grabbed.set(node.id(), { ...node.position() });
    });
    this.core.on("freeon", "node", () => this.dropped());
  }

  /** Add what stands next to a node: owners in rows above, holdings in rows below, the largest first. */
  expand(opened: Opened, items: NextTo[], remembered = true): string[] {
    const node = this.core.getElementById(opened.id) as NodeSingular;
    if (node.empty()) return [];
    const said = this.said();
    const fresh = items.filter((i) => !this.has(i.party.id));
    const up = opened.direction === "in";
    const taken = new Taken(this.core.nodes().map((n) => (n as NodeSingular).position()));
    const places = rowsBeside(node.position(), fresh.length, up, this.way === "topdown", taken);
    const named = this.wholly ? " named" : "";
    const made: ElementDefinition[] = fresh.map((item, n) =>
      this.node({ ...item.party, id: item.party.id }, places[n] ?? node.position(), `${item.party.type}${named}`));
    const doubled: string[] = [];
    for (const item of items) {
      const [source, target] = up ? [item.party.id, opened.id] : [opened.id, item.party.id];
      const id = item.key ?? `${item.kind}:${source}>${target}`;
      if (this.has(id)) continue;
      const between = this.has(item.party.id) ? node.edgesWith(this.core.getElementById(item.party.id)).filter((e) => e.id() !== id) : this.core.collection();
      between.forEach((e) => void doubled.push(e.id()));
      made.push(this.edge({ ...item, party: undefined, id, type: item.kind, source, target }, `${named}${between.nonempty() ? " parallel" : ""}`));
    }
    let added = this.core.collection();
    this.core.batch(() => {
      added = this.core.add(made) as unknown as CollectionReturnValue;
      for (const id of doubled) this.core.getElementById(id).addClass("parallel");
    });
    // Places depend on what stood where; once something was done by hand they are told one by one.
    const told = remembered && this.byHand() ? fresh.map((f) => f.party.id) : [];
    const before = [...this.hand.opened];
    const same = (o: Opened): boolean => o.id === opened.id && o.kind === opened.kind && o.direction === opened.direction;
    const deed = {
      undo: () => {
        added.remove();
        this.hand.opened = before;
        for (const id of told) this.hand.moved.delete(id);
      },
      redo: () => {
        if (added.removed()) added.restore();
        this.hand.opened = [...before.filter((o) => !same(o)), opened];
        for (const id of told) this.note(id);
      },
    };
    deed.redo();
    if (remembered) this.past.did(deed, said, this.said());
    if (remembered && this.fitted) this.fit();
    this.changed();
    return fresh.map((f) => f.party.id);
  }

  /** How many of this kind and direction stand at a node. */
  shownAt(id: string, kind: string, direction: string): number {
    const lines = (this.core.getElementById(id) as NodeSingular).connectedEdges();
    return lines.filter((e) => e.data("type") === kind && e.data(direction === "in" ? "target" : "source") === id).length;
  }

  /** Fold away what the drawing reaches only through a node, or unfold it. Gives whether there was anything. */
  fold(id: string, remembered = true): boolean {
    const node = this.core.getElementById(id) as NodeSingular;
    if (node.empty() || this.anchors.includes(id)) return false;
    const kept = this.folds.get(id);
    if (kept) {
      this.act({ redo: () => this.unfold(id, kept), undo: () => this.foldAway(id, kept) }, remembered);
      return true;
    }
    const beyond = this.beyond(node);
    if (beyond.empty()) return false;
    const away: Kept = { eles: beyond.union(beyond.connectedEdges()) as CollectionReturnValue, way: this.way };
    this.act({ redo: () => this.foldAway(id, away), undo: () => this.unfold(id, away) }, remembered);
    return true;
  }

  remove(ids: string[], remembered = true): void {
    const nodes = this.core.nodes().filter((n) => ids.includes(n.id()));
    if (nodes.empty()) return;
    const kept: Kept = { eles: nodes.union(nodes.connectedEdges()) as CollectionReturnValue, way: this.way };
    this.act({
      redo: () => {
        kept.eles.remove();
        kept.way = this.way;
        for (const id of ids) this.hand.removed.add(id);
      },
      undo: () => {
        this.restore(kept);
        for (const id of ids) this.hand.removed.delete(id);
      },
    }, remembered);
  }

  pin(id: string, remembered = true): void {
    if (!this.has(id)) return;
    const toggle = (): void => {
      const node = this.core.getElementById(id) as NodeSingular;
      node.toggleClass("pinned");
      if (node.hasClass("pinned")) {
        node.lock();
        this.hand.pinned.add(id);
      } else {
        node.unlock();
        this.hand.pinned.delete(id);
      }
    };
    this.act({ redo: toggle, undo: toggle }, remembered);
  }

  undo(): void {
    if (this.past.undo()) this.changed();
  }

  redo(): void {
    if (this.past.redo()) this.changed();
  }

  /** Remember that the address was made to ask for another drawing, such as that of another day. */
  jumped(before: Said, after: Said): void {
    this.past.jumped(before, after);
  }

  /** What was done before is of another view. */
  forget(): void {
    this.past.forget();
  }

  get canUndo(): boolean {
    return this.past.canUndo;
  }

  get canRedo(): boolean {
    return this.past.canRedo;
  }

  /** Turn the drawing a quarter: holders above, or holders on the left. */
  turn(way: Way, remembered = true): void {
    if (way === this.way) return;
    const turn = (): void => {
      this.way = this.way === "topdown" ? "leftright" : "topdown";
      this.core.batch(() => this.quarter(this.core.nodes()));
      this.fit();
    };
    this.act({ redo: turn, undo: turn }, remembered);
  }

  /** Do again by hand what an address says, after its parties were opened. Gives how many marks met nobody. */
  replay(said: Read): number {
    const by = new Map(this.core.nodes().map((n) => [short(n.id()), n.id()] as const));
    let lost = 0;
    const meet = (mark: string): string => {
      const id = by.get(mark) ?? "";
      if (!id) lost += 1;
      return id;
    };
    for (const [mark, place] of said.moved) {
      const id = meet(mark);
      if (!id) continue;
      this.core.getElementById(id).position(this.turned(place));
      this.hand.moved.set(id, place);
    }
    for (const id of said.pinned.map(meet)) if (id) this.pin(id, false);
    this.remove(said.removed.map(meet).filter(Boolean), false);
    // Inner folds first: what an outer one takes with it can't be folded any more.
    for (const id of said.folded.map(meet).filter(Boolean).sort((a, b) => this.beyondCount(a) - this.beyondCount(b))) this.fold(id, false);
    if (this.byHand()) this.changed();
    return lost;
  }

  /** The id on the canvas that a mark of an address stands for. */
  meant(mark: string): string {
    return this.core.nodes().toArray().find((n) => short(n.id()) === mark)?.id() ?? "";
  }

  protected override clear(): void {
    super.clear();
    this.past.settle();
    this.folds.clear();
    Object.assign(this.hand, { opened: [], moved: new Map(), pinned: new Set(), removed: new Set(), folded: new Set() });
  }

  /** What the address says of what was done by hand. */
  private said(): Said {
    return { ...written(this.hand), way: this.way === "leftright" ? this.way : undefined };
  }

  private byHand(): boolean {
    return this.way !== "topdown" || this.hand.moved.size + this.hand.removed.size + this.hand.folded.size > 0;
  }

  private act(deed: { undo: () => void; redo: () => void }, remembered: boolean): void {
    const before = this.said();
    deed.redo();
    if (!remembered) return;
    this.past.did(deed, before, this.said());
    this.changed();
  }

  private dropped(): void {
    const [before, after, noted] = [new Map<string, Place>(), new Map<string, Place>(), new Map<string, Place | undefined>()];
    for (const [id, place] of this.grabbed) {
      const now = this.core.getElementById(id).position();
      if (Math.abs(now.x - place.x) + Math.abs(now.y - place.y) < 1) continue;
      before.set(id, place);
      after.set(id, { ...now });
      noted.set(id, this.hand.moved.get(id));
    }
    this.grabbed.clear();
    if (!before.size) return;
    const said = this.said();
    const way = this.way;
    const put = (places: Map<string, Place>): void => {
      for (const [id, place] of places) this.core.getElementById(id).position(way === this.way ? { ...place } : turnedTo(this.way, place));
    };
    const note = (): void => {
      for (const id of after.keys()) this.note(id);
    };
    note();
    this.past.did({
      redo: () => {
        put(after);
        note();
      },
      undo: () => {
        put(before);
        for (const [id, place] of noted) {
          if (place) this.hand.moved.set(id, place);
          else this.hand.moved.delete(id);
        }
      },
    }, said, this.said());
    this.changed();
  }

  /** A place is kept for the address as it stands in the upright drawing. */
  private note(id: string): void {
    const at = this.core.getElementById(id).position();
    this.hand.moved.set(id, this.way === "topdown" ? { ...at } : turnedTo("topdown", at));
  }

  private beyond(node: NodeSingular): CollectionReturnValue {
    const seen = new Set<string>([node.id()]);
    const walk = (from: string[], found: Set<string>): Set<string> => {
      for (const queue = from.filter((id) => this.has(id)); queue.length; ) {
        const id = queue.pop() ?? "";
        if (seen.has(id)) continue;
        seen.add(id);
        found.add(id);
        (this.core.getElementById(id) as NodeSingular).neighborhood().nodes().forEach((n) => void queue.push(n.id()));
      }
      return found;
    };
    walk(this.anchors, new Set());
    const found = walk(node.neighborhood().nodes().map((n) => n.id()), new Set());
    return this.core.nodes().filter((n) => found.has(n.id())) as CollectionReturnValue;
  }

  private beyondCount(id: string): number {
    return this.beyond(this.core.getElementById(id) as NodeSingular).length;
  }

  private foldAway(id: string, kept: Kept): void {
    kept.eles.remove();
    kept.way = this.way;
    this.folds.set(id, kept);
    this.hand.folded.add(id);
    const node = this.core.getElementById(id) as NodeSingular;
    node.data("away", kept.eles.nodes().length);
    this.label(node);
  }

  private unfold(id: string, kept: Kept): void {
    this.restore(kept);
    this.folds.delete(id);
    this.hand.folded.delete(id);
    const node = this.core.getElementById(id) as NodeSingular;
    node.data("away", 0);
    this.label(node);
  }

  private restore(kept: Kept): void {
    const nodes = kept.eles.nodes().filter((n) => !this.has(n.id()));
    nodes.restore();
    if (kept.way !== this.way) this.quarter(nodes);
    kept.eles.edges().filter((e) => !this.has(e.id()) && (e as EdgeSingular).source().inside() && (e as EdgeSingular).target().inside()).restore();
  }
}
