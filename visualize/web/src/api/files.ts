import { ref } from "vue";
import { get } from "./client";

interface Loads {
  next: string | null;
  items: { id: string; files: { name: string; sha256: string }[] }[];
}

const names = ref<Record<string, string>>({});
let asked: Promise<void> | null = null;

/** Learn how the loaded files are called; again where a file is met that is not among them. */
export async function learnFiles(sources: string[]): Promise<void> {
  if (sources.every((source) => fileOf(source))) return;
  asked ??= read();
  try {
    await asked;
  } catch {
    // The rows are told by the file's hash then, as the service gives them.
  } finally {
    asked = null;
  }
}

async function read(): Promise<void> {
  const found: Record<string, string> = {};
  let cursor: string | null = null;
  do {
    const page: Loads = await get<Loads>("loads", { limit: 500, cursor });
    for (const batch of page.items) for (const f of batch.files) found[`${batch.id}:${f.sha256.slice(0, 12)}`] = f.name;
    cursor = page.next;
  } while (cursor);
  names.value = found;
}

/** The name of the file a stated row stands in; nothing where it is not known (yet). */
export function fileOf(source: string): string | undefined {
  return names.value[source.split("#")[0] ?? ""];
}
