import { i18n, language } from "./index";
import { CODES, COLUMNS, FIELDS, STATED, VALUES } from "./terms";
import { money, percent } from "../api/words";

/** How what the data state is said: the names of fields, coded values, shares, amounts. */

const SHARES = /^(share|share_min|share_max|votes|votes_min|votes_max|effective_share|direct)$/;
const AMOUNTS = /(^|_)(amount|amount_before|capital|estimate|deposit|shortfall|surplus|recovered|due|paid|price)$/;

export function fieldName(name: string): string {
  return FIELDS[name]?.[language() === "zh" ? 0 : 1] ?? name;
}

/** What a field of what the data state is called: some mean another thing there than among a finding's facts. */
export function statedName(name: string): string {
  return STATED[name]?.[language() === "zh" ? 0 : 1] ?? fieldName(name);
}

/** What a table that can be loaded is called. */
export function tableName(table: string): string {
  const { t, te } = i18n.global;
  return te(`tables.${table}`) ? t(`tables.${table}`) : table;
}

/** What a table, or a column of one (`persons.died_on`), is called. */
export function placeName(place: string): string {
  const [table = "", column] = place.split(".");
  return column ? `${tableName(table)} · ${columnName(table, column)}` : tableName(table);
}

/** What a column of such a table is called: by its heading, or by its own name in English words. */
export function columnName(table: string, column: string): string {
  return language() === "zh" ? (COLUMNS[table]?.[column] ?? column) : column.replace(/_/g, " ");
}

/** A coded value in words; what has none stays as it is stated. */
export function inWords(code: unknown): string {
  const text = String(code);
  const word = text.replace(/-/g, "_");
  const { t, te } = i18n.global;
  const told = CODES[word] ?? CODES[text];
  if (told) return told[language() === "zh" ? 0 : 1];
  if (te(`identity.${text}`)) return t(`identity.${text}`);
  return text;
}

export function fieldValue(name: string, value: unknown, currency?: string): string {
  const { t } = i18n.global;
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (typeof value === "number" && SHARES.test(name)) return percent(value);
  if (typeof value === "number" && AMOUNTS.test(name)) return money(value, currency ?? "CNY");
  if (typeof value === "number") return value.toLocaleString("zh-CN", { maximumFractionDigits: 4 });
  // A code may mean one thing in one field alone: an open tender is no open register.
  const own = VALUES[name]?.[String(value)];
  if (own) return own[language() === "zh" ? 0 : 1];
  if (typeof value === "string" && name === "method") return value.split(/,\s*/).map(inWords).join(language() === "zh" ? "、" : ", ");
  return inWords(value);
}
