/** What the kinds of files of a picture are called by those who use them. */
export const FORMAT_NAMES: Record<string, string> = { svg: "SVG", png: "PNG", pdf: "PDF", html: "HTML", graphml: "GraphML", cytoscape: "Cytoscape JSON" };

/** How the name of such a file ends. */
export function ending(format: string): string {
  return format === "cytoscape" ? "cyjs" : format;
}
