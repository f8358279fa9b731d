import type { StylesheetJson } from "cytoscape";

/** How Chinese charts draw: company square, person circle, direct share on the line, effective share on the node. */
export const LOOK: StylesheetJson = [
  {
    selector: "node",
    style: {
      shape: "round-rectangle", width: 172, height: 46, "font-size": 13, color: "#1b2535", "background-color": "#eef4fb", "border-width": 1.6, "border-color": "#2b5c94",
      "font-family": "Noto Sans SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif", "min-zoomed-font-size": 6,
    },
  },
  // Texts come broken into lines; a large drawing is lettered where one looks.
  { selector: "node.named", style: { label: "data(shown)", "text-valign": "center", "text-wrap": "wrap", "text-max-width": "400px", "line-height": 1.25 } },
  { selector: "node.tall", style: { height: 62 } },
  { selector: "node.Person", style: { shape: "ellipse", width: 80, height: 80, "background-color": "#fff6e3", "border-color": "#a5670a" } },
  { selector: "node.Lot, node.Tender", style: { shape: "cut-rectangle", "background-color": "#e9f6f3", "border-color": "#20786a" } },
  { selector: "node.Household", style: { shape: "round-octagon", "background-color": "#f3eefb", "border-color": "#6a4ba5" } },
  { selector: "node.Property, node.Contact, node.Benefit, node.Vehicle, node.Bid", style: { shape: "round-tag", "background-color": "#f4f5f7", "border-color": "#76839a" } },
  { selector: "node.unknown", style: { "border-style": "dashed" } },
  { selector: "node.subject", style: { "border-style": "double", "border-width": 5 } },
  { selector: "node.finding", style: { "border-color": "#b42318", "border-width": 3, "background-color": "#fff1ef" } },
  { selector: "node.pinned", style: { "underlay-color": "#20786a", "underlay-opacity": 0.18, "underlay-padding": 6 } },
  // Far away a line is a stroke. Near, it ends at the figures with an arrow; only lines beside each other are bent apart.
  { selector: "edge", style: { width: 1.1, "curve-style": "haystack", "haystack-radius": 0, "line-color": "#7b8aa3" } },
  {
    selector: "edge.named",
    style: {
      "curve-style": "straight", "target-arrow-color": "#7b8aa3", "target-arrow-shape": "triangle", "arrow-scale": 1.1,
      label: "data(shown)", "font-size": 12, color: "#24324a", "text-background-color": "#ffffff", "text-background-opacity": 0.92,
      "text-background-padding": "2px", "min-zoomed-font-size": 7,
      "font-family": "Noto Sans SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif",
    },
  },
  { selector: "edge.parallel", style: { "curve-style": "bezier" } },
  { selector: "edge.owns", style: { width: 1.5, "line-color": "#55627a", "target-arrow-color": "#55627a" } },
  { selector: "edge.dashed, edge.unknown", style: { "line-style": "dashed" } },
  { selector: "edge.finding", style: { "line-color": "#b42318", "target-arrow-color": "#b42318", width: 2.8 } },
  { selector: "edge.way", style: { "line-color": "#0b57d0", "target-arrow-color": "#0b57d0", width: 3.4 } },
  { selector: "node.way", style: { "border-color": "#0b57d0", "border-width": 3 } },
  { selector: ".faded", style: { opacity: 0.12, "text-opacity": 0 } },
  { selector: ".hit", style: { "overlay-color": "#f2b705", "overlay-opacity": 0.25, "overlay-padding": 6 } },
  { selector: "node:selected", style: { "border-color": "#0b57d0", "border-width": 4 } },
  { selector: "edge:selected", style: { "line-color": "#0b57d0", "target-arrow-color": "#0b57d0", width: 3 } },
];
