import { ref } from "vue";

const STORED = "lookthrough-key";

/** Why a key is asked for: there is none, the one in use is refused, or it may not do what was asked. */
export const keyNeeded = ref<"" | "none" | "refused" | "other">("");
/** Does the page hold what loading it anew would lose? */
export const held = ref(false);

/** The key in use; kept for as long as the tab is open. */
export function currentKey(): string {
  return sessionStorage.getItem(STORED) ?? "";
}

export function useKey(key: string): void {
  if (key) sessionStorage.setItem(STORED, key);
  else sessionStorage.removeItem(STORED);
  keyNeeded.value = "";
}

/** `serve` prints an address with `#key=…`: the key is taken out of it at once, so that nobody copies it along. */
export function takeKeyFromAddress(): void {
  const found = /^#\/?key=([\w-]+)$/.exec(location.hash);
  if (found?.[1]) {
    useKey(found[1]);
    history.replaceState(null, "", location.pathname + location.search + "#/");
  }
}
