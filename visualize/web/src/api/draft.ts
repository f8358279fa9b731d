import { ref, toValue, watch, type MaybeRefOrGetter, type Ref } from "vue";

/** What is typed and not sent yet outlives the service, and a page loaded anew; it goes with the tab, and when it is emptied. */
export function useDraft(name: MaybeRefOrGetter<string>, first = ""): Ref<string> {
  const under = (): string => `lookthrough-${toValue(name)}`;
  const kept = (): string => sessionStorage.getItem(under()) ?? first;
  const text = ref(kept());
  // At once: what is typed after the name changed belongs to the new one.
  watch(under, () => (text.value = kept()), { flush: "sync" });
  watch(text, (now) => {
    if (now) sessionStorage.setItem(under(), now);
    else sessionStorage.removeItem(under());
  }, { flush: "sync" });
  return text;
}
