/** The shapes the pages use, from the contract; what the contract leaves open is narrowed here. */
import type { components } from "./contract";

type Schemas = components["schemas"];

export type Owners = Schemas["Owners"];
export type Owner = Schemas["Owner"];
export type Holdings = Schemas["Holdings"];
export type Control = Schemas["Control"];
export type Neighbours = Schemas["Neighbours"];
export type NextTo = Schemas["NextTo"];
export type Beside = Schemas["Beside"];
export type Links = Schemas["Links"];
export type Party = Schemas["Party"];
export type Matches = Schemas["Matches"];
export type Match = Schemas["Match"];
export type Lot = Omit<Schemas["Lot"], "findings" | "combined" | "undecided"> & { combined: Stack[]; undecided: Undecided[] | null; id: string; title: string | null; bid_on: string | null; tender: Record<string, unknown> | null; buyers: Record<string, unknown>[]; bidders: Bidder[]; rounds: string[]; findings: Finding[] };
export type LotRow = Schemas["LotsPage"]["items"][number];
export type Bidder = Schemas["Bidder"];
export type Job = Schemas["Job"];
export type Status = Schemas["Status"];
export type FindingCounts = Schemas["FindingCounts"];
export type UndecidedCounts = Schemas["UndecidedCounts"];
export type RunsPage = Schemas["RunsPage"];
export type Detector = Schemas["Detector"];
export type Ways = Schemas["Ways"];
export type RelationsAnswer = Schemas["RelationsAnswer"];
export type Tie = Schemas["Tie"];
export type Named = Schemas["Named"];

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: { where: string; says: string }[];
  candidates?: { id: string; type: string; name: string }[];
}

export interface Basis {
  law: string;
  law_en: string;
  article: string;
  says: string;
  says_en: string;
  in_force_from?: string;
  in_force_to?: string;
}

export interface PathOf {
  nodes: string[];
  formula: string;
  by?: string;
  votes_formula?: string;
}

export interface HistoryEntry {
  at: string;
  kind: string;
  actor: string | null;
  [more: string]: unknown;
}

export interface Words {
  zh: string;
  en: string;
}

export interface Finding {
  id: string;
  detector: string;
  version: string;
  severity: string;
  scope: { kind: string; id: string; name?: string | null };
  subjects: string[];
  facts: Record<string, unknown> & { names?: Record<string, string>; parameters?: Record<string, unknown> };
  basis: Basis[];
  suppressed_by: { rule: string; reason: string; reason_en?: string } | null;
  text: Words;
  fingerprint: string;
  state: string;
  first_seen: string;
  last_seen: string;
  changed_at: string;
  no_longer_found_at: string | null;
  not_checked_since: string | null;
  suppression: { until: string; reason: string; actor: string; active: boolean } | null;
  history?: HistoryEntry[];
  changed_since_decision?: boolean;
}

export interface FindingsPage {
  items: Finding[];
  next: string | null;
  truncated: boolean;
}

export interface Member {
  id: string;
  name: string | null;
  relation_to_head: string | null;
  valid_from: string | null;
  valid_to: string | null;
  hukou_region: string | null;
  died_on: string | null;
}

export interface Held {
  id: string;
  owner: string;
  owner_name: string | null;
  kind: string | null;
  area_m2: number | null;
  address: string | null;
  status: string | null;
  share: number | null;
  holding_form: string | null;
  valid_from: string | null;
  valid_to: string | null;
  through: { id: string; name: string | null; effective_share: number | null } | null;
}

export interface Paid {
  id: string;
  program: string;
  from_month: string | null; to_month: string | null;
  amount: number | null;
  currency: string | null;
}

export interface Household {
  id: string;
  kind: string | null;
  region: string | null;
  people: number | null;
  members: Member[];
  properties: Held[];
  benefits: Paid[];
  findings: Finding[];
  undecided: Undecided[] | null;
  names: Record<string, string>;
}

export interface Stack {
  bidders: string[];
  severity: string;
  independent_kinds: number;
  behaviour_only: boolean;
  kinds: { kind: string; detectors: string[]; fingerprints: string[] }[];
  not_independent: string[];
  explained: Words;
}

export interface Undecided {
  detector: string;
  scope: { kind: string; id: string };
  subjects: string[];
  missing: Words;
}

export interface UndecidedPage {
  items: Undecided[];
  names: Record<string, string>;
  next: string | null;
  truncated: boolean;
}

export interface Screened {
  lot: string;
  bidders: Bidder[];
  findings: Finding[];
  undecided: Undecided[];
  names: Record<string, string>;
  combined: Stack[];
}

export interface ScreeningAnswer extends Pick<Screened, "findings" | "undecided" | "names"> {
  unresolved: RelationsAnswer["unresolved"];
  parties: Schemas["ScreeningAnswer"]["parties"];
  not_screened: Schemas["ScreeningAnswer"]["not_screened"];
}

export interface SheetReport {
  file: string;
  sheet?: string;
  format: string | null;
  table?: string | null;
  columns?: Record<string, Record<string, string[]>>;
  ignored?: string[];
  rows?: number;
  nearest?: string | null;
  missing?: string[][];
  problem?: string | { zh: string; en: string } | null;
  sample?: string[][];
  warnings?: { zh: string; en: string }[];
  skipped?: Record<string, number>;
}

export interface LoadResult {
  batch: string | null;
  files: { name: string; format: string; rows: number; rejected: number }[];
  loaded_before: string[];
  skipped: { name: string; reason: { zh: string; en: string } }[];
  unreadable: { name: string; reason: { zh: string; en: string } }[];
  counts: Record<string, number>;
  rejected: number;
  problems: {
    kind: string;
    file: string;
    sheet: string;
    row: number;
    column: string;
    value: string;
    expected: { zh: string; en: string };
  }[];
  truncated: boolean;
  counted: { what: string; count: number; text: { zh: string; en: string } }[];
  rejects: { name: string; link: string }[];
  unresolved: string | null;
}

export interface Element {
  data: Record<string, unknown> & { id: string };
  position?: { x: number; y: number };
  classes?: string;
}

export interface Drawing {
  data: { title: string; method: string; as_of: string; fingerprint: string; truncated: boolean };
  elements: { nodes: Element[]; edges: Element[] };
}
