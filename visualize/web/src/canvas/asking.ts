/** What the canvas asks the service for: what it begins with, and the ways between two parties. */
import { get, part, ProblemError } from "../api/client";
import type { Drawing, Party, Ways } from "../api/shapes";
import { language } from "../i18n";

/** What an address asks for: a day or none, whom beside the root, a finding or none. */
interface Asked {
  asOf: string;
  along: string[];
  finding: string;
}

/** What the canvas begins with, whom it is about, and how many that an address names the data do not hold. */
export interface Begun {
  drawing: Drawing;
  anchors: string[];
  lost: number;
  /** The day that is drawn, where none is asked for: a finding's own. Empty: today. */
  day: string;
}

/** One drawing of all that are asked about: drawings of each, laid over each other, can't be read. */
function drawn(root: string, along: string[], asOf: string): Promise<Drawing> {
  return get<Drawing>(`parties/${part(root)}/subgraph`, { format: "cytoscape", lang: language(), as_of: asOf, with: along });
}

/** What was asked of a party, or nothing where the data hold it no more. */
async function known<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return null;
    throw error;
  }
}

/** The root with whom an address names beside it; of those the data do not hold any more the rest is drawn. */
async function together(root: string, { along, asOf }: Asked): Promise<Begun> {
  const whole = await (along.length ? known(drawn(root, along, asOf)) : drawn(root, [], asOf));
  if (whole) return { drawing: whole, anchors: [root, ...along], lost: 0, day: "" };
  const held = await Promise.all(along.map((id) => known(get<Party>(`parties/${part(id)}`))));
  const there = along.filter((_, n) => held[n]);
  return { drawing: await drawn(root, there, asOf), anchors: [root, ...there], lost: along.length - there.length, day: "" };
}

/** What the canvas begins with: the parties of a finding as its own picture places them, else what is around the root. */
export async function begun(root: string, asked: Asked): Promise<Begun> {
  // A finding is of its own day.
  if (!asked.finding || asked.asOf || asked.along.length) return together(root, asked);
  try {
    const whole = await get<Drawing>(`findings/${part(asked.finding)}/subgraph`, { format: "cytoscape", lang: language(), proof: true });
    const nodes = whole.elements.nodes.filter((n) => ["Company", "Person"].includes(String(n.data.type)));
    const here = new Set(nodes.map((n) => n.data.id));
    const edges = whole.elements.edges.filter((e) => here.has(String(e.data.source)) && here.has(String(e.data.target)));
    if (here.has(root)) return { drawing: { ...whole, elements: { nodes, edges } }, anchors: [root], lost: 0, day: whole.data.as_of };
  } catch (error) {
    if (!(error instanceof ProblemError) || !error.status) throw error;
    // A link may outlive its finding.
  }
  return together(root, asked);
}

/** Through owners and kin, through posts, through whatever there is, in this order: a telephone in common is shorter than
 * an owner two layers up, and says less. */
async function byAnything(from: string, to: string, asOf: string): Promise<Ways> {
  const posts = ["ownership", "legal_representative", "officer"];
  const asked = [["ownership", "relative"], posts, [...posts, "relative", "contact"]];
  const found = await Promise.all(asked.map((kinds) => get<Ways>("paths", { from, to, as_of: asOf, kinds })));
  const ways = new Map<string, Ways["paths"][number]>();
  for (const way of found.flatMap((one) => one.paths)) {
    const along = way.nodes.join("\n");
    if (!ways.has(along)) ways.set(along, way);
  }
  return {
    ...found[2]!,
    names: Object.assign({}, ...found.map((one) => one.names)) as Ways["names"],
    paths: [...ways.values()],
    more: found.some((one) => one.more),
    truncated: found.some((one) => one.truncated),
  };
}

/** How one party holds the other, or the other the one; where neither does, what else ties them. */
export async function waysBetween(from: string, to: string, asOf: string): Promise<Ways> {
  const down = await get<Ways>("paths", { from, to, as_of: asOf, kinds: ["ownership"] });
  if (down.paths.length) return down;
  const up = await get<Ways>("paths", { from: to, to: from, as_of: asOf, kinds: ["ownership"] });
  return up.paths.length ? up : byAnything(from, to, asOf);
}
