import { language } from "../i18n";
import type { Finding } from "./shapes";

/** How numbers are said. */

/** Two decimals; more where they would say nothing, all, or twice as much of a small share. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return "?";
  const value = share * 100;
  for (let digits = 2; digits < 10; digits += 1) {
    const text = value.toFixed(digits);
    const off = Math.abs(Number(text) - value);
    if (off <= value * 0.05 && !(Number(text) === 100 && off > 1e-9)) return `${text}%`;
  }
  return `${value.toFixed(10)}%`;
}

interface Share {
  share?: number | null;
  share_min?: number | null;
  share_max?: number | null;
  min_open?: boolean | null;
  max_open?: boolean | null;
}

/** A share, or the range it lies in: 51.00%, ≥25.00%, <5.00%, 25.00%–50.00%, with < and > at bounds that it leaves out. */
export function range(owner: Share): string {
  if (owner.share !== null && owner.share !== undefined) return percent(owner.share);
  const low = owner.share_min ?? 0;
  const high = owner.share_max ?? 1;
  const over = owner.min_open ? ">" : "";
  const under = owner.max_open ? "<" : "";
  if (low === high) return percent(low);
  if (high >= 1 && !under) return low > 0 || over ? `${over || "≥"}${percent(low)}` : "?";
  if (low <= 0 && !over) return `${under || "≤"}${percent(high)}`;
  return `${over}${percent(low)}–${under}${percent(high)}`;
}

/** Minor units as 万元 or 元; nothing is written after the point where there is nothing. */
export function money(minor: number | null | undefined, currency: string | null | undefined): string {
  if (minor === null || minor === undefined) return "—";
  const whole = minor / 100;
  const exact = { minimumFractionDigits: minor % 100 ? 2 : 0, maximumFractionDigits: 2 };
  if (language() === "en") return `${currency || "CNY"} ${whole.toLocaleString("en-GB", exact)}`;
  if (currency && currency !== "CNY") return `${whole.toLocaleString("zh-CN", exact)} ${currency}`;
  return Math.abs(whole) >= 100_000
    ? `${(whole / 10_000).toLocaleString("zh-CN", { maximumFractionDigits: 2 })} 万元`
    : `${whole.toLocaleString("zh-CN", exact)} 元`;
}

/** A moment of the service (UTC) as people here read it. */
export function moment(text: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Shanghai" }).format(date);
}

/** Where a stated row stands: batch, file, sheet, row. */
export function place(source: string): { file: string; sheet: string; row: string } {
  const [head = "", sheet = "", row = ""] = source.split("#");
  return { file: head.split(":").pop() ?? "", sheet, row };
}

/** An id as people write it: what says where it comes from is for machines. */
export function plainId(id: string): string {
  return id.replace(/^(local|cn-uscc|cn-bdcdy|program):/, "");
}

/** What a finding is about, by its name where it has one: a group by its members, an account as far as it is told. */
export function calledOf({ scope, subjects, facts }: Pick<Finding, "scope" | "subjects" | "facts">): string {
  const names = facts.names ?? {};
  if (scope.name || names[scope.id]) return scope.name || (names[scope.id] ?? "");
  if (scope.kind === "group") return subjects.map((one) => names[one] ?? plainId(one)).join(language() === "zh" ? "、" : ", ");
  return scope.kind === "account" && typeof facts.account === "string" ? facts.account : plainId(scope.id);
}

const DIGITS = "〇一二三四五六七八九";

function numeral(text: string): number {
  if (/^[0-9]+$/.test(text)) return Number(text);
  let [sum, last] = [0, 0];
  for (const character of text.replace("零", "")) {
    const worth = { 百: 100, 十: 10 }[character];
    if (worth) sum += (last || 1) * worth;
    last = worth ? 0 : DIGITS.indexOf(character);
  }
  return sum + last;
}

/** Where a law says it, in English: 第三十七条第（一）、（三）项 is art. 37 items 1, 3. What is written otherwise stays. */
export function articles(text: string): string {
  const named = { 条: ["art.", "arts."], 款: ["para.", "paras."], 项: ["item", "items"] };
  const one = "[（(]?(?:[〇零一二三四五六七八九十百]+|[0-9]+)[）)]?";
  const english = (_: string, cited: string, unit: keyof typeof named) => {
    const numbers = cited.replace(/[（()）]/g, "").split("、");
    return ` ${named[unit][numbers.length > 1 ? 1 : 0]} ${numbers.map(numeral).join(", ")}`;
  };
  return text.replace(new RegExp(`第(${one}(?:、${one})*)([条款项])`, "g"), english).replace(/、\s*/g, ", ").trim();
}
