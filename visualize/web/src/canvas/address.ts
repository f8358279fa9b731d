/** What was done to a view by hand, short enough for an address. */

import type { Place } from "./places";

export interface Opened {
  id: string;
  kind: string;
  direction: "in" | "out";
  limit: number;
}

/** Opened, moved (places of the upright drawing), pinned, removed, folded: by id. */
export interface Hand {
  opened: Opened[];
  moved: Map<string, Place>;
  pinned: Set<string>;
  removed: Set<string>;
  folded: Set<string>;
}

export interface Address {
  open?: string | undefined;
  moved?: string | undefined;
  pinned?: string | undefined;
  removed?: string | undefined;
  folded?: string | undefined;
}

const KINDS = ["OWNS", "EXERCISES_CONTROL", "LEGAL_REP_OF", "OFFICER_OF", "BRANCH_OF", "HAS_CONTACT", "RELATED_TO", "HOLDS_PROPERTY", "HOLDS_VEHICLE", "MEMBER_OF", "SUBMITS", "HOLDS_POST", "SAME_AS", "POSSIBLY_SAME", "IN_CUSTODY"];

/** Eight characters that stand for an id: 41 bits, so that two of 2,000 nodes meet once in a million views. */
export function short(id: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let n = 0; n < id.length; n += 1) {
    const code = id.charCodeAt(n);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36).padStart(11, "0").slice(-8);
}

function several(ids: Iterable<string>): string | undefined {
  return [...ids].map(short).sort().join("") || undefined;
}

function split(text: string): string[] {
  return text.match(/[0-9a-z]{8}/g) ?? [];
}

export function written(hand: Hand): Address {
  const kind = (name: string): string => (KINDS.includes(name) ? KINDS.indexOf(name).toString(36) : `(${name})`);
  return {
    open: hand.opened.map((o) => `${short(o.id)}${o.direction === "in" ? "u" : "d"}${kind(o.kind)}.${o.limit}`).join("_") || undefined,
    moved: [...hand.moved].map(([id, { x, y }]) => `${short(id)}${Math.round(x).toString(36)}.${Math.round(y).toString(36)}`).join("_") || undefined,
    pinned: several(hand.pinned),
    removed: several(hand.removed),
    folded: several(hand.folded),
  };
}

export interface Read {
  opened: (Omit<Opened, "id"> & { mark: string })[];
  moved: Map<string, Place>;
  pinned: string[];
  removed: string[];
  folded: string[];
}

/** What an address says, by marks that stand for ids; what can't be read is left out. */
export function read(address: Record<string, unknown>): Read {
  const text = (name: string): string => (typeof address[name] === "string" ? address[name] : "");
  const opened = text("open").split("_").map((entry) => /^([0-9a-z]{8})([ud])(?:([0-9a-z])|\(([A-Z_]{2,40})\))\.(\d{1,4})$/.exec(entry)).flatMap((found) => {
    if (!found) return [];
    const [, mark = "", way, index, name, limit] = found;
    const kind = name ?? KINDS[parseInt(index ?? "", 36)];
    return kind ? [{ mark, kind, direction: (way === "u" ? "in" : "out") as "in" | "out", limit: Math.max(1, Math.min(500, Number(limit))) }] : [];
  });
  const moved = new Map<string, Place>();
  for (const entry of text("moved").split("_")) {
    const found = /^([0-9a-z]{8})(-?[0-9a-z]{1,6})\.(-?[0-9a-z]{1,6})$/.exec(entry);
    if (found) moved.set(found[1] ?? "", { x: parseInt(found[2] ?? "0", 36), y: parseInt(found[3] ?? "0", 36) });
  }
  return { opened, moved, pinned: split(text("pinned")), removed: split(text("removed")), folded: split(text("folded")) };
}
