import type { Core, EdgeSingular, NodeSingular } from "cytoscape";
import type { Place } from "./places";

/** What of Cytoscape's own is touched here (3.35, held by the lock file). Where it is not found, nothing is changed. */
interface Inner {
  _private?: { styleCache: unknown; edges?: Inner[] };
}

interface Shared {
  dirtyStyleCache?: (this: ArrayLike<Inner>) => unknown;
}

type Shown = NodeSingular | EdgeSingular;

interface Extent {
  x1: number;
  x2: number;
  y1: number;
  y2: number;
}

interface Pen {
  drawCachedElements?: (context: unknown, all: ArrayLike<Shown>, ratio: number, extent?: Extent) => void;
  drawCachedElement?: (context: unknown, one: Shown, ratio: number, extent?: Extent) => void;
}

/** No figure reaches farther from its place, no line farther from its ends. */
const REACH = 400;

/** Spare Cytoscape work that no picture shows: of thousands of elements it would be most of a first drawing. */
export function lean(core: Core): void {
  forgetLess(Object.getPrototypeOf(core.collection()) as Shared);
  drawLess((core as unknown as { renderer: () => Pen }).renderer());
}

/**
 * With every property of an element set, what is known of its lines' looks is forgotten, and a collection of the lines
 * made for it. It is forgotten here without the collection, which holds as long as no node stands in another.
 */
function forgetLess(shared: Shared): void {
  if (typeof shared.dirtyStyleCache !== "function") return;
  shared.dirtyStyleCache = function forget() {
    for (let n = 0; n < this.length; n += 1) {
      const own = this[n]?._private;
      if (!own) continue;
      own.styleCache = null;
      for (const line of own.edges ?? []) if (line._private) line._private.styleCache = null;
    }
    return this;
  };
}

/** Before it is asked for its box, which costs far more, what is out of sight is passed over by where it stands. */
function drawLess(pen: Pen): void {
  const drawn = pen.drawCachedElement;
  if (typeof drawn !== "function" || typeof pen.drawCachedElements !== "function") return;
  pen.drawCachedElements = function draw(context, all, ratio, extent) {
    for (let n = 0; n < all.length; n += 1) {
      const one = all[n];
      if (one && !(extent && beyond(one, extent))) drawn.call(pen, context, one, ratio, extent);
    }
  };
}

function beyond(one: Shown, { x1, x2, y1, y2 }: Extent): boolean {
  const [a, b]: [Place, Place] = one.isEdge() ? [(one as EdgeSingular).source().position(), (one as EdgeSingular).target().position()] : [one.position(), one.position()];
  return (
    (a.x < x1 - REACH && b.x < x1 - REACH) || (a.x > x2 + REACH && b.x > x2 + REACH) ||
    (a.y < y1 - REACH && b.y < y1 - REACH) || (a.y > y2 + REACH && b.y > y2 + REACH)
  );
}
