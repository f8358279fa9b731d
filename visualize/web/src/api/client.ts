import { ref } from "vue";
import { currentKey, keyNeeded } from "./key";
import type { Problem } from "./shapes";

/** The data the answers come from; a change of it is told to the user. */
export const fingerprint = ref("");
/** Is the service out of reach? */
export const offline = ref(false);

/** What the service answered in place of what was asked for. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail);
  }
}

type Parameters = Record<string, string | number | boolean | string[] | null | undefined>;

/** An address of the service, relative to the page: any path prefix works. */
export function address(path: string, parameters: Parameters = {}): string {
  const url = new URL(`v1/${path}`, document.baseURI);
  url.hash = "";
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "") url.searchParams.append(name, String(one));
    }
  }
  return url.toString();
}

/** An id as part of a path. */
export function part(id: string): string {
  return encodeURIComponent(id);
}

async function send(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const key = currentKey();
  if (key) headers.set("Authorization", `Bearer ${key}`);
  headers.set("Accept-Language", document.documentElement.lang);
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers, credentials: "omit" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw gone();
  }
  offline.value = false;
  const seen = response.headers.get("X-Dataset-Fingerprint");
  if (seen) fingerprint.value = seen;
  if (response.ok) return response;
  if (response.status === 401) keyNeeded.value = key ? "refused" : "none";
  let problem: Problem = { type: "", title: response.statusText, status: response.status, detail: response.statusText };
  try {
    problem = (await response.json()) as Problem;
  } catch {
    // Not a problem document: what the status says is all there is.
  }
  throw new ProblemError(response.status, problem);
}

/** The service can't be reached: say so, and listen for it. */
export function gone(): ProblemError {
  if (!offline.value) listen();
  offline.value = true;
  return new ProblemError(0, { type: "offline", title: "", status: 0, detail: "" });
}

/** Ask until the service is back, so that whoever waits for it is told. */
function listen(wait = 2_000): void {
  window.setTimeout(() => {
    if (!offline.value) return;
    fetch(new URL("healthz", document.baseURI.replace(/#.*/, "")).toString(), { credentials: "omit" }).then(
      () => (offline.value = false),
      () => listen(Math.min(wait * 1.5, 15_000)),
    );
  }, wait);
}

/** What an answer says; a service may die in the middle of it. */
async function received<T>(said: Promise<T>): Promise<T> {
  try {
    return await said;
  } catch (error) {
    if (error instanceof TypeError) throw gone();
    throw error;
  }
}

export async function get<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
  const response = await send(address(path, parameters), signal ? { signal } : {});
  return received(response.json() as Promise<T>);
}

/** The keys of what was sent and never answered: sent again, it is done once. */
const unanswered = new Map<string, string>();

export async function post<T>(path: string, body: unknown): Promise<T> {
  const text = JSON.stringify(body);
  const asked = `${path}\n${text}`;
  const once = unanswered.get(asked) ?? onceKey();
  unanswered.set(asked, once);
  try {
    const response = await send(address(path), { method: "POST", body: text, headers: { "Content-Type": "application/json", "Idempotency-Key": once } });
    const answer = await received(response.json() as Promise<T>);
    unanswered.delete(asked);
    return answer;
  } catch (error) {
    // A proxy may say that the service failed where it did not.
    if (error instanceof ProblemError && error.status && error.status < 500) unanswered.delete(asked);
    throw error;
  }
}

export async function upload<T>(path: string, form: FormData): Promise<T> {
  const response = await send(address(path), { method: "POST", body: form });
  return received(response.json() as Promise<T>);
}

export async function remove<T>(path: string): Promise<T> {
  const response = await send(address(path), { method: "DELETE" });
  return received(response.json() as Promise<T>);
}

/** A file of the service, saved under the name the service gives it. */
export async function save(path: string, parameters: Parameters, name: string): Promise<void> {
  const response = await send(address(path, parameters));
  const stated = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  keep(await received(response.blob()), stated ?? name);
}

/** Hand a file to whoever looks at the page. */
export function keep(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 30_000);
}

/** A picture as an address the page may show. The caller revokes it. */
export async function picture(path: string, parameters: Parameters): Promise<string> {
  const response = await send(address(path, parameters));
  return URL.createObjectURL(await received(response.blob()));
}

function onceKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
