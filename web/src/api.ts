// Talks to the staff API: one function a verb, errors as a ProblemError that carries the server's
// own sentence. Holds the session's CSRF token. Next: contract.ts for the shapes; the screens call in.

import type { Problem } from "./contract";

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

let csrf = "";
export function holdCsrf(token: string): void {
  csrf = token;
}

type Reach = "reached" | "unreachable";
type ReachListener = (reach: Reach) => void;
const reachListeners = new Set<ReachListener>();
let reach: Reach = "reached";

/** Calls back when the box stops or starts answering; returns the unsubscriber. */
export function onReach(listener: ReachListener): () => void {
  reachListeners.add(listener);
  listener(reach);
  return () => reachListeners.delete(listener);
}

function report(now: Reach): void {
  if (now === reach) return;
  reach = now;
  for (const listener of reachListeners) listener(now);
}

/** Milliseconds by which the box's clock leads this computer's; 0 while they agree to 1.5 s. */
let boxLead_ms = 0;

/**
 * Unix seconds by the box's clock. The Date header has a resolution of one second, so a small
 * difference says nothing and this computer's clock is believed.
 */
export function boxNow(): number {
  return (Date.now() + boxLead_ms) / 1000;
}

function compareClocks(response: Response): void {
  const date = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(date)) return;
  const lead = date + 500 - Date.now();
  boxLead_ms = Math.abs(lead) < 1500 ? 0 : lead;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    type: "about:blank",
    title: `The box answered ${response.status}, without a reason.`,
    status: response.status,
    detail: "Try again; if it stays so, look at the box's log.",
    code: "unexplained",
  };
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

/** A request whose answer is good; everything else is thrown as a ProblemError. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    report("unreachable");
    throw new ProblemError({
      type: "about:blank",
      title: "The box can't be reached.",
      status: 0,
      detail: "Check the network; this page tries again by itself.",
      code: "unreachable",
    });
  }
  report("reached");
  compareClocks(response);
  if (response.ok) return response;
  if (response.status === 401) location.assign("/login");
  throw new ProblemError(await problemOf(response));
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  return (await response.json()) as T;
}

export const postJson = <T>(path: string, body: unknown): Promise<T> => sendJson<T>("POST", path, body);

export const putJson = <T>(path: string, body: unknown): Promise<T> => sendJson<T>("PUT", path, body);

async function sendJson<T>(method: "POST" | "PUT", path: string, body: unknown): Promise<T> {
  const response = await request(path, {
    method,
    headers: { "content-type": "application/json", accept: "application/json", "x-csrf-token": csrf },
    body: JSON.stringify(body),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export async function remove(path: string): Promise<void> {
  await request(path, { method: "DELETE", headers: { "x-csrf-token": csrf } });
}

/** What to show for anything thrown. */
export function problemFrom(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem;
  return {
    type: "about:blank",
    title: "This page tripped over something it didn't expect.",
    status: 0,
    detail: "Reload the page; if it stays so, report it with the time.",
    code: "page_fault",
  };
}

export const path = {
  camera: (id: string, what: string, query: Record<string, string | undefined>): string => {
    const words = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) if (value !== undefined) words.set(key, value);
    return `/api/v1/cameras/${encodeURIComponent(id)}/${what}?${words}`;
  },
};
