import { computed, type ComputedRef } from "vue";
import { createRouter, createWebHashHistory, useRoute } from "vue-router";
import { gone } from "./api/client";

// Hash history: the explorer may stand under any path, and a page can be reloaded without the service knowing of it.
const pages = [
  { path: "/", name: "start", component: () => import("./pages/StartPage.vue") },
  { path: "/graph/:id", name: "graph", component: () => import("./pages/GraphPage.vue") },
  { path: "/lots/:id", name: "lot", component: () => import("./pages/LotPage.vue") },
  { path: "/tenders/:id", name: "tender", component: () => import("./pages/TenderPage.vue") },
  { path: "/households/:id", name: "household", component: () => import("./pages/HouseholdPage.vue") },
  { path: "/findings/:id", name: "finding", component: () => import("./pages/FindingPage.vue") },
  { path: "/undecided", name: "undecided", component: () => import("./pages/UndecidedPage.vue") },
  { path: "/relations", name: "relations", component: () => import("./pages/RelationsPage.vue") },
  { path: "/load", name: "load", component: () => import("./pages/LoadPage.vue") },
];

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [...pages, { path: "/:rest(.*)*", redirect: "/" }],
  scrollBehavior: (to, from, saved) => {
    // What scrolls is the part below the bar. Another page begins at its top; back at the findings they stand as they were left.
    const body = scroller();
    if (body && to.path !== from.path) body.scrollTop = saved && to.name === "start" ? left : 0;
    return false;
  },
});

/** How far down the start page was when it was left. */
let left = 0;
router.beforeEach((_to, from) => {
  if (from.name === "start") left = scroller()?.scrollTop ?? 0;
});

function scroller(): Element | null {
  return document.querySelector(".shell > .body");
}

// The other pages are fetched when the first has long been there: the way to them is open though the service be gone.
function fetched(): void {
  for (const page of pages) void page.component().catch(() => undefined);
}
void router.isReady().then(() => window.setTimeout(() => window.requestIdleCallback(fetched), 3_000));
router.onError(gone);

/** The page of a node: lots, tenders and households have their own, all else is drawn. `round`: the opening of a lot that is shown. */
export function pageOf(type: string, id: string, round = ""): { name: string; params: { id: string }; query: Record<string, string> } {
  const name = { Lot: "lot", Tender: "tender", Household: "household" }[type] ?? "graph";
  return { name, params: { id }, query: round ? { round } : {} };
}

/** The id a page is about. While another page is being opened it stays: that one's id is none of this page's. */
export function idOf(page: string): ComputedRef<string> {
  const route = useRoute();
  return computed<string>((before) => (route.name === page ? String(route.params.id) : (before ?? "")));
}
