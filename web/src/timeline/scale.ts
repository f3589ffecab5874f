// The timeline's arithmetic, pure: instants to pixels, zooming and panning inside a day, and where
// the ticks of the site's own clock fall. Next: timeline.tsx draws with it.

import { clockMinutes, clockTime, hourOf, type Interval, zoneName } from "../site_time";

/** The narrowest view: one minute. */
export const NARROWEST_S = 60;

export function toX(at: number, viewport: Interval, width: number): number {
  return ((at - viewport.from) / (viewport.to - viewport.from)) * width;
}

export function toInstant(x: number, viewport: Interval, width: number): number {
  return viewport.from + (x / width) * (viewport.to - viewport.from);
}

/** `viewport` moved and narrowed to fit inside `day`. */
export function clamp(viewport: Interval, day: Interval): Interval {
  const length = Math.min(day.to - day.from, Math.max(NARROWEST_S, viewport.to - viewport.from));
  const from = Math.min(Math.max(viewport.from, day.from), day.to - length);
  return { from, to: from + length };
}

/** Zooms by `factor` (< 1 closer) so that `anchor` keeps its place, or comes to the `share` of the view that is asked for. */
export function zoom(viewport: Interval, factor: number, anchor: number, day: Interval, share = toX(anchor, viewport, 1)): Interval {
  const length = Math.min(day.to - day.from, Math.max(NARROWEST_S, (viewport.to - viewport.from) * factor));
  return clamp({ from: anchor - share * length, to: anchor + (1 - share) * length }, day);
}

/** Zooms by `factor` with `middle` in the middle, so that what lies before and after it can be reached. */
export function zoomAround(viewport: Interval, factor: number, middle: number, day: Interval): Interval {
  return zoom(viewport, factor, middle, day, 0.5);
}

export function pan(viewport: Interval, seconds: number, day: Interval): Interval {
  return clamp({ from: viewport.from + seconds, to: viewport.to + seconds }, day);
}

/** Follows `at` when it leaves the view, keeping the zoom. */
export function follow(viewport: Interval, at: number, day: Interval): Interval {
  if (at >= viewport.from && at <= viewport.to) return viewport;
  const length = viewport.to - viewport.from;
  return clamp({ from: at - length * 0.1, to: at + length * 0.9 }, day);
}

const STEPS_S = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 10800, 21600, 43200];

export interface Tick {
  at: number;
  label: string;
}

/** Labelled ticks about `spacing` pixels apart, on the round times of the site's clock. */
export function ticks(viewport: Interval, width: number, zone: string, spacing = 72): Tick[] {
  const least = ((viewport.to - viewport.from) / Math.max(1, width)) * spacing;
  const step = STEPS_S.find((s) => s >= least) ?? 43200;
  const out: Tick[] = [];
  // Zones differ from UTC by whole quarter hours: finer steps fall on the same instants there.
  const stride = Math.min(step, step >= 3600 ? 900 : step);
  for (let at = Math.ceil(viewport.from / stride) * stride; at <= viewport.to; at += stride) {
    if (step >= 3600 && (hourOf(at, zone) % (step / 3600) !== 0 || !clockMinutes(at, zone).endsWith(":00"))) continue;
    const label = step < 60 ? clockTime(at, zone) : clockMinutes(at, zone);
    const twin = clockMinutes(at + 3600, zone) === clockMinutes(at, zone) || clockMinutes(at - 3600, zone) === clockMinutes(at, zone);
    out.push({ at, label: twin ? `${label} ${zoneName(at, zone)}` : label });
  }
  return out;
}

/** How far an arrow key moves at this zoom: a round step of about a hundredth of the view. */
export function keyStep(viewport: Interval): number {
  const least = (viewport.to - viewport.from) / 150;
  return STEPS_S.find((s) => s >= least) ?? 600;
}
