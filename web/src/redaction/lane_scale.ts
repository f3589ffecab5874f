// The lanes' arithmetic, pure: frames to pixels, zooming, ticks, and in which order tracks stand. Next:
// lanes.tsx draws with it.

import { hidesWhole, isOpen, type Plan, secondsAt, type Span, spanOf, type Track } from "./plan";

/** The narrowest view, frames. */
export const NARROWEST = 24;

export const toX = (frame: number, { first, last }: Span, width: number): number => ((frame - first) / Math.max(1, last - first + 1)) * width;

export function toFrame(x: number, { first, last }: Span, width: number): number {
  const frame = first + Math.floor((x / Math.max(1, width)) * (last - first + 1));
  return Math.min(Math.max(frame, first), last);
}

/** The view narrowed or widened by `factor` around a frame that keeps its place. */
export function zoomed({ first, last }: Span, factor: number, around: number, count: number): Span {
  const length = Math.min(count, Math.max(Math.min(NARROWEST, count), Math.round((last - first + 1) * factor)));
  const share = (around - first) / Math.max(1, last - first + 1);
  const from = Math.min(Math.max(Math.round(around - share * length), 0), count - length);
  return { first: from, last: from + length - 1 };
}

/** The view moved so that a frame is in it. */
export function followed(view: Span, frame: number, count: number): Span {
  if (view.first <= frame && frame <= view.last) return view;
  const length = view.last - view.first + 1;
  const first = Math.min(Math.max(frame - Math.round(length / 10), 0), count - length);
  return { first, last: first + length - 1 };
}

const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800];

/** Seconds of the clip that get a tick, about `spacing` pixels apart. */
export function ticks(plan: Plan, view: Span, width: number, spacing = 80): number[] {
  const [from, to] = [secondsAt(plan, view.first), secondsAt(plan, view.last)];
  const least = ((to - from) / Math.max(1, width)) * spacing;
  const step = STEPS_S.find((each) => each >= least) ?? 3600;
  const out: number[] = [];
  for (let nth = Math.ceil(from / step - 1e-6); nth * step <= to + 1e-6; nth++) out.push(nth * step);
  return out;
}

const ranks = { subject: 0, undecided: 1, third_party: 2 } as const;

/** The subject first, then whom nobody has named; those that a doubt names before others. */
export function ordered(plan: Plan): Track[] {
  const doubted = new Set(plan.doubts.filter(isOpen).flatMap((doubt) => doubt.tracks));
  const rank = (track: Track) => (hidesWhole(plan, track) ? 9 : track.kind === "motion" ? 8 : ranks[track.role] * 2 + (doubted.has(track.id) ? 0 : 1));
  return [...plan.tracks].sort((a, b) => rank(a) - rank(b) || spanOf(a).first - spanOf(b).first || a.id - b.id);
}
