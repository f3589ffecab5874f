// How long something still takes, from how fast it has gone lately. Says nothing before it knows. Next:
// progress_bar.tsx.

export interface Told {
  /** Unix seconds. */
  at: number;
  frames: number;
}

/** Only what came in lately counts, seconds. */
const LATELY_S = 20;
/** Before this much was heard, a figure would be a guess, seconds. */
const HEARD_S = 2;

/** One more word on how far it is; a smaller count begins anew, as the next stage does. */
export function heard(told: Told[], now: Told): Told[] {
  const last = told.at(-1);
  if (last && last.frames === now.frames) return told;
  const kept = last && now.frames < last.frames ? [] : told;
  return [...kept.filter(({ at }) => now.at - at <= LATELY_S), now];
}

/** Seconds left until `of` frames are done; null while nobody can tell. */
export function secondsLeft(told: Told[], of: number, now: number): number | null {
  const [first, last] = [told[0], told.at(-1)];
  if (!first || !last || last.at - first.at < HEARD_S || last.frames <= first.frames) return null;
  const pace = (last.frames - first.frames) / (last.at - first.at);
  return Math.max(0, (of - last.frames) / pace - (now - last.at));
}
