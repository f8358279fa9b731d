import { createI18n } from "vue-i18n";
import { en } from "./en";
import { zh } from "./zh";

const STORED = "lookthrough-language";

export type Language = "zh" | "en";

function first(): Language {
  const stored = localStorage.getItem(STORED);
  return stored === "en" || stored === "zh" ? stored : "zh";
}

export const i18n = createI18n({ legacy: false, locale: first(), fallbackLocale: "zh", messages: { zh, en } });
document.documentElement.lang = first() === "zh" ? "zh-CN" : "en";

export function language(): Language {
  return i18n.global.locale.value as Language;
}

export function speak(chosen: Language): void {
  i18n.global.locale.value = chosen;
  localStorage.setItem(STORED, chosen);
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
}
