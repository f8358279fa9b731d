import type { StylesheetJson } from "cytoscape";

const FAMILY = "Noto Sans SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif";

type Pair = readonly [string, string];

/** Ground and border of a figure by what it stands for. */
export const COLOURS: { Company: Pair } & Partial<Record<string, Pair>> = {
  Company: ["#eef4fb", "#2b5c94"], Person: ["#fff6e3", "#a5670a"], Lot: ["#e9f6f3", "#20786a"], Tender: ["#e9f6f3", "#20786a"], Household: ["#f3eefb", "#6a4ba5"],
  Property: ["#f4f5f7", "#76839a"], Contact: ["#f4f5f7", "#76839a"], Benefit: ["#f4f5f7", "#76839a"], Vehicle: ["#f4f5f7", "#76839a"], Bid: ["#f4f5f7", "#76839a"],
};
/** Colour and width of a line. */
export const LINES = { owns: ["#55627a", 1.5], other: ["#7b8aa3", 1.1] } as const;
export const ALARM = "#b42318";

function coloured(name: string): { "background-color": string; "border-color": string } {
  const [ground, border] = COLOURS[name] ?? COLOURS.Company;
  return { "background-color": ground, "border-color": border };
}

/** How Chinese charts draw: company square, person circle, direct share on the line, effective share on the node. */
export const LOOK: StylesheetJson = [
  {
    selector: "node",
    style: { shape: "round-rectangle", width: 172, height: 46, "border-width": 1.6, ...coloured("Company") },
  },
  // Texts come broken into lines; a large drawing is lettered where one looks, and what concerns texts is set there alone.
  {
    selector: "node.named",
    style: {
      label: "data(shown)", "font-size": 13, color: "#1b2535", "font-family": FAMILY, "min-zoomed-font-size": 6,
      "text-valign": "center", "text-wrap": "wrap", "text-max-width": "400px", "line-height": 1.25,
    },
  },
  { selector: "node.tall", style: { height: 62 } },
  { selector: "node.Person", style: { shape: "ellipse", width: 80, height: 80, ...coloured("Person") } },
  { selector: "node.Person.tall", style: { width: 92, height: 92 } },
  { selector: "node.Lot, node.Tender", style: { shape: "cut-rectangle", ...coloured("Lot") } },
  { selector: "node.Household", style: { shape: "round-octagon", ...coloured("Household") } },
  { selector: "node.Property, node.Contact, node.Benefit, node.Vehicle, node.Bid", style: { shape: "round-tag", ...coloured("Property") } },
  // The tip has no room for letters.
  { selector: "node.named.Property, node.named.Contact, node.named.Benefit, node.named.Vehicle, node.named.Bid", style: { "text-margin-x": -9 } },
  { selector: "node.unknown, node.owners_unknown", style: { "border-style": "dashed" } },
  { selector: "node.subject", style: { "border-style": "double", "border-width": 5 } },
  { selector: "node.finding", style: { "border-color": ALARM, "border-width": 3, "background-color": "#fff1ef" } },
  { selector: "node.pinned", style: { "underlay-color": "#20786a", "underlay-opacity": 0.18, "underlay-padding": 6 } },
  // Far away a line is a stroke from middle to middle, as Cytoscape draws one that is told nothing. Near, it ends at the figures with an arrow; only lines beside each other are bent apart.
  { selector: "edge", style: { width: LINES.other[1], "line-color": LINES.other[0] } },
  {
    selector: "edge.named",
    style: {
      "curve-style": "straight", "target-arrow-color": LINES.other[0], "target-arrow-shape": "triangle", "arrow-scale": 1.1,
      label: "data(shown)", "font-size": 12, "text-wrap": "wrap", color: "#24324a", "text-background-color": "#ffffff", "text-background-opacity": 0.92,
      "text-background-padding": "2px", "min-zoomed-font-size": 7, "font-family": FAMILY,
    },
  },
  // So far apart that the labels of two who hold each other stand side by side.
  { selector: "edge.parallel", style: { "curve-style": "bezier", "control-point-step-size": 80 } },
  { selector: "edge.owns", style: { width: LINES.owns[1], "line-color": LINES.owns[0] } },
  { selector: "edge.owns.named", style: { "target-arrow-color": LINES.owns[0] } },
  { selector: "edge.dashed, edge.unknown", style: { "line-style": "dashed" } },
  { selector: "edge.finding", style: { "line-color": ALARM, "target-arrow-color": ALARM, width: 2.8 } },
  { selector: "edge.way", style: { "line-color": "#0b57d0", "target-arrow-color": "#0b57d0", width: 3.4 } },
  { selector: "node.way", style: { "border-color": "#0b57d0", "border-width": 3 } },
  { selector: ".faded", style: { opacity: 0.12, "text-opacity": 0 } },
  { selector: ".hit", style: { "overlay-color": "#f2b705", "overlay-opacity": 0.25, "overlay-padding": 6 } },
  { selector: "node:selected", style: { "border-color": "#0b57d0", "border-width": 4 } },
  { selector: "edge:selected", style: { "line-color": "#0b57d0", "target-arrow-color": "#0b57d0", width: 3 } },
];
