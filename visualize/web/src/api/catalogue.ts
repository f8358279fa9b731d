import { ref } from "vue";
import { language } from "../i18n";
import { get } from "./client";
import type { Detector } from "./shapes";

const detectors = ref<Record<string, Detector>>({});
let asked: Promise<void> | null = null;

/** The catalogue, fetched once. */
export async function catalogue(): Promise<Record<string, Detector>> {
  asked ??= get<{ items: Detector[] }>("detectors").then((answer) => {
    detectors.value = Object.fromEntries(answer.items.map((d) => [d.id, d]));
  });
  try {
    await asked;
  } catch (error) {
    asked = null;
    throw error;
  }
  return detectors.value;
}

/** A detector's title in the language spoken, else its id. */
export function titleOf(id: string): string {
  return detectors.value[id]?.title[language()] ?? id;
}

export function detectorOf(id: string): Detector | undefined {
  return detectors.value[id];
}
