import { ref } from "vue";
import { get } from "./client";

interface Loads {
  items: { id: string; files: { name: string; sha256: string }[] }[];
}

const names = ref<Record<string, string>>({});
let asked: Promise<void> | null = null;

/** Learn how the loaded files are called; again where a file is met that is not among them. */
export async function learnFiles(sources: string[]): Promise<void> {
  if (sources.every((source) => fileOf(source))) return;
  asked ??= get<Loads>("loads", { limit: 500 }).then(({ items }) => {
    names.value = Object.fromEntries(items.flatMap((batch) => batch.files.map((f) => [`${batch.id}:${f.sha256.slice(0, 12)}`, f.name])));
  });
  try {
    await asked;
  } catch {
    // The rows are told by the file's hash then, as the service gives them.
  } finally {
    asked = null;
  }
}

/** The name of the file a stated row stands in; nothing where it is not known (yet). */
export function fileOf(source: string): string | undefined {
  return names.value[source.split("#")[0] ?? ""];
}
