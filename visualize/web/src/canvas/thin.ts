import type { Drawing, Element } from "../api/shapes";
import { rowsBeside, Taken } from "./places";

/** So many parties that hang on one alone are drawn in full; of more, the largest. */
const CROWD = 40;
const KEPT = 20;

function size(edge: Element): number {
  return Number(edge.data.share ?? edge.data.share_max ?? 0);
}

/** A hub is not shown whole at first: of hundreds that hang on one party alone the largest stay, moved up to it. */
export function thinned({ nodes, edges }: Drawing["elements"]): Drawing["elements"] {
  const lines = new Map<string, Element[]>();
  for (const edge of edges) {
    for (const end of [String(edge.data.source), String(edge.data.target)]) lines.set(end, [...(lines.get(end) ?? []), edge]);
  }
  const crowds = new Map<string, { node: Element; edge: Element }[]>();
  for (const node of nodes) {
    const [edge, more] = lines.get(node.data.id) ?? [];
    if (!edge || more || /\b(subject|finding)\b/.test(node.classes ?? "")) continue;
    const holds = edge.data.source === node.data.id;
    const hub = `${String(holds ? edge.data.target : edge.data.source)}\n${holds ? "above" : "below"}`;
    crowds.set(hub, [...(crowds.get(hub) ?? []), { node, edge }]);
  }
  const gone = new Set<string>();
  const places = new Map<string, { x: number; y: number }>();
  for (const [hub, crowd] of crowds) {
    if (crowd.length <= CROWD) continue;
    crowd.sort((a, b) => size(b.edge) - size(a.edge) || String(a.node.data.name).localeCompare(String(b.node.data.name)));
    const left = crowd.slice(KEPT);
    for (const { node } of left) gone.add(node.data.id);
    const [id = "", side] = hub.split("\n");
    const from = nodes.find((n) => n.data.id === id)?.position ?? { x: 0, y: 0 };
    const members = new Set(crowd.map((c) => c.node.data.id));
    const taken = new Taken(nodes.filter((n) => !members.has(n.data.id)).map((n) => n.position ?? { x: 0, y: 0 }));
    rowsBeside(from, KEPT, side === "above", true, taken).forEach((place, n) => places.set(crowd[n]?.node.data.id ?? "", place));
  }
  if (!gone.size) return { nodes, edges };
  return {
    nodes: nodes.filter((n) => !gone.has(n.data.id)).map((n) => (places.has(n.data.id) ? { ...n, position: places.get(n.data.id)! } : n)),
    edges: edges.filter((e) => !gone.has(String(e.data.source)) && !gone.has(String(e.data.target))),
  };
}
