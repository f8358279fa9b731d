import { plainId } from "../api/words";
import { language } from "./index";
import { fieldName, fieldValue } from "./stated";

/** How a fact of a finding is said, whatever it is made of. */

export type Item = Record<string, unknown>;

/** What a link rests on, which the page tells as paths. */
const PROOF = new Set(["paths", "stakes", "control", "truncated"]);

export function isItem(value: unknown): value is Item {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `names`: how parties are called, by id. */
export function saidWith(names: Record<string, string>, currency: string, name: string, value: unknown): string {
  const said = (k: string, v: unknown): string => saidWith(names, currency, k, v);
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "string") return names[value] ?? (/^(local|cn-uscc|person|cn-bdcdy|scoped):/.test(value) ? plainId(value) : fieldValue(name, value, currency));
  if (Array.isArray(value)) return value.map((v) => said(name, v)).join(language() === "zh" ? "、" : ", ") || "—";
  if (isItem(value)) {
    if (typeof value.name === "string" && value.name) return value.name;
    if (typeof value.from === "string" && typeof value.to === "string") return `${value.from}—${value.to}${value.count ? (language() === "zh" ? `（${String(value.count)}）` : ` (${String(value.count)})`) : ""}`;
    // Who or what it is comes first, and needs no word before it.
    const [who, rest] = [Object.entries(value).filter(([k]) => k === "id"), Object.entries(value).filter(([k]) => k !== "id" && !PROOF.has(k))];
    return [...who.map(([k, v]) => said(k, v)), ...rest.filter(([, v]) => v !== null && v !== "").map(([k, v]) => `${names[k] ?? fieldName(k)} ${said(k, v)}`)].join(language() === "zh" ? "；" : "; ");
  }
  return fieldValue(name, value, currency);
}
