/** How texts fit into figures. A full-width character is one wide, others as the widest common typeface has them. */

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\ud840-\udfff]/;

function widthOf(character: string): number {
  if (WIDE.test(character)) return 1;
  if ("MWmw@%".includes(character)) return 0.92;
  if ("ijlIft.,:;'|!()[]/ ".includes(character)) return 0.38;
  return /[A-Z]/.test(character) ? 0.7 : 0.62;
}

/** A name in at most `most` lines of `wide` full-width characters; what does not fit is told by an ellipsis. */
export function wrapped(name: string, wide: number, most: number): string {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  const all = Array.from(name);
  for (let at = 0; at < all.length; at += 1) {
    const character = all[at] ?? "";
    const width = widthOf(character);
    if (used + width > wide) {
      if (lines.length === most - 1) {
        lines.push(`${line.slice(0, -1)}…`);
        return lines.join("\n");
      }
      // Latin words stay whole where they can.
      const gap = WIDE.test(character) ? -1 : line.lastIndexOf(" ");
      const [kept, carried] = gap > 0 ? [line.slice(0, gap), line.slice(gap + 1)] : [line, ""];
      lines.push(kept);
      line = carried;
      used = Array.from(carried).reduce((sum, c) => sum + widthOf(c), 0);
    }
    line += character;
    used += width;
  }
  if (line) lines.push(line);
  // Two even lines read better than a full one and a single character.
  const [a = "", b = ""] = lines;
  if (lines.length === 2 && Array.from(b).length <= 2 && WIDE.test(a.slice(-1)) && all.length <= wide * 2 - 1) {
    const half = Math.ceil(all.length / 2);
    return `${all.slice(0, half).join("")}\n${all.slice(half).join("")}`;
  }
  return lines.join("\n");
}
