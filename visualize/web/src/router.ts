import { createRouter, createWebHashHistory } from "vue-router";
import { gone } from "./api/client";

// Hash history: the explorer may stand under any path, and a page can be reloaded without the service knowing of it.
const pages = [
  { path: "/", name: "start", component: () => import("./pages/StartPage.vue") },
  { path: "/graph/:id", name: "graph", component: () => import("./pages/GraphPage.vue") },
  { path: "/lots/:id", name: "lot", component: () => import("./pages/LotPage.vue") },
  { path: "/tenders/:id", name: "tender", component: () => import("./pages/TenderPage.vue") },
  { path: "/households/:id", name: "household", component: () => import("./pages/HouseholdPage.vue") },
  { path: "/findings/:id", name: "finding", component: () => import("./pages/FindingPage.vue") },
  { path: "/relations", name: "relations", component: () => import("./pages/RelationsPage.vue") },
  { path: "/load", name: "load", component: () => import("./pages/LoadPage.vue") },
];

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [...pages, { path: "/:rest(.*)*", redirect: "/" }],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

// The other pages are fetched when the first has long been there: the way to them is open though the service be gone.
function fetched(): void {
  for (const page of pages) void page.component().catch(() => undefined);
}
void router.isReady().then(() => window.setTimeout(() => window.requestIdleCallback(fetched), 3_000));
router.onError(gone);

/** The page of a node: lots, tenders and households have their own, all else is drawn. */
export function pageOf(type: string, id: string): { name: string; params: { id: string } } {
  const name = { Lot: "lot", Tender: "tender", Household: "household" }[type] ?? "graph";
  return { name, params: { id } };
}
