// What was done to a plan, so that it can be undone and done again. Plans are values: nothing is copied but
// what changed. Next: editor.tsx.

import type { Plan } from "./plan";

interface Step {
  plan: Plan;
  /** What was done next, in words. */
  what: string;
  /** Steps of one gesture, such as a key held down, are undone as one. */
  gesture: string | null;
}

export interface History {
  past: Step[];
  plan: Plan;
  future: Step[];
}

const STEPS_MAX = 200;

export const begun = (plan: Plan): History => ({ past: [], plan, future: [] });

/** One more thing done; what had been undone can't be done again. */
export function did(history: History, plan: Plan, what: string, gesture: string | null = null): History {
  if (plan === history.plan) return history;
  const last = history.past.at(-1);
  if (gesture !== null && last?.gesture === gesture && history.future.length === 0) return { ...history, plan };
  return { past: [...history.past, { plan: history.plan, what, gesture }].slice(-STEPS_MAX), plan, future: [] };
}

export function undone(history: History): History {
  const last = history.past.at(-1);
  if (!last) return history;
  return { past: history.past.slice(0, -1), plan: last.plan, future: [{ ...last, plan: history.plan }, ...history.future] };
}

export function redone(history: History): History {
  const next = history.future[0];
  if (!next) return history;
  return { past: [...history.past, { ...next, plan: history.plan }], plan: next.plan, future: history.future.slice(1) };
}
