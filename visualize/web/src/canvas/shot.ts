import type { Core } from "cytoscape";

/** No side of the picture is longer, in pixels: browsers refuse larger ones. */
const LONGEST = 8000;
const LINE = 26;
const EDGE = 20;

/** The canvas as it stands, whole, as a PNG, with lines under it that say what it is. */
export async function shot(core: Core, lines: string[]): Promise<Blob> {
  const drawn = await core.png({ output: "blob-promise", full: true, scale: 2, bg: "#ffffff", maxWidth: LONGEST, maxHeight: LONGEST });
  const picture = await createImageBitmap(drawn);
  const paper = document.createElement("canvas");
  const pen = paper.getContext("2d");
  if (!pen) throw new Error("no canvas");
  const font = '18px "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif';
  pen.font = font;
  paper.width = Math.max(picture.width, ...lines.map((line) => Math.ceil(pen.measureText(line).width))) + 2 * EDGE;
  paper.height = picture.height + lines.length * LINE + 3 * EDGE;
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, paper.width, paper.height);
  pen.drawImage(picture, (paper.width - picture.width) / 2, EDGE);
  // A canvas forgets its pen when it is given another size.
  pen.font = font;
  pen.fillStyle = "#24324a";
  lines.forEach((line, n) => pen.fillText(line, EDGE, picture.height + 2 * EDGE + (n + 0.7) * LINE));
  return new Promise((done, failed) => paper.toBlob((made) => (made ? done(made) : failed(new Error("too large"))), "image/png"));
}
