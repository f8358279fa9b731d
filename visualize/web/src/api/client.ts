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
    offline.value = true;
    throw new ProblemError(0, { type: "offline", title: "", status: 0, detail: "" });
  }
  offline.value = false;
  const seen = response.headers.get("X-Dataset-Fingerprint");
  if (seen) fingerprint.value = seen;
  if (response.ok) return response;
  if (response.status === 401) keyNeeded.value = true;
  let problem: Problem = { type: "", title: response.statusText, status: response.status, detail: response.statusText };
  try {
    problem = (await response.json()) as Problem;
  } catch {
    // Not a problem document: what the status says is all there is.
  }
  throw new ProblemError(response.status, problem);
}

export async function get<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
  const response = await send(address(path, parameters), signal ? { signal } : {});
  return (await response.json()) as T;
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await send(address(path), {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", "Idempotency-Key": onceKey() },
  });
  return (await response.json()) as T;
}

export async function upload<T>(path: string, form: FormData): Promise<T> {
  const response = await send(address(path), { method: "POST", body: form });
  return (await response.json()) as T;
}

export async function remove<T>(path: string): Promise<T> {
  const response = await send(address(path), { method: "DELETE" });
  return (await response.json()) as T;
}

/** A file of the service, saved under the name the service gives it. */
export async function save(path: string, parameters: Parameters, name: string): Promise<void> {
  const response = await send(address(path, parameters));
  const stated = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = stated ?? name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 30_000);
}

/** A picture as an address the page may show. The caller revokes it. */
export async function picture(path: string, parameters: Parameters): Promise<string> {
  const response = await send(address(path, parameters));
  return URL.createObjectURL(await response.blob());
}

function onceKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
