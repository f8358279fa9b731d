import { ref } from "vue";

const STORED = "lookthrough-key";

/** Is the service asking for a key? */
export const keyNeeded = ref(false);

/** The key in use; kept for as long as the tab is open. */
export function currentKey(): string {
  return sessionStorage.getItem(STORED) ?? "";
}

export function useKey(key: string): void {
  if (key) sessionStorage.setItem(STORED, key);
  else sessionStorage.removeItem(STORED);
  keyNeeded.value = false;
}

/** `serve` prints an address with `#key=…`: the key is taken out of it at once, so that nobody copies it along. */
export function takeKeyFromAddress(): void {
  const found = /^#\/?key=([\w-]+)$/.exec(location.hash);
  if (found?.[1]) {
    useKey(found[1]);
    history.replaceState(null, "", location.pathname + location.search + "#/");
  }
}
