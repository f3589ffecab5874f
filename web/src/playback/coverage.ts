// What is known to be recorded and what is missing, for one camera: pure look-ups that decide where
// playing goes on after a gap and how the gap is called. Next: playback.ts jumps by it, the timeline
// draws it.

import type { GapCause, HoldKind, PurposeKind, TimelineAnswer } from "../contract";
import { fromRfc3339, type Interval } from "../site_time";

export interface Gap extends Interval {
  cause: GapCause;
}

export interface Activity {
  from: number;
  bucket_s: number;
  values: (number | null)[];
}

export interface Held extends Interval {
  hold: string;
  kind: HoldKind;
}

export interface Coverage {
  /** The interval that was asked about; nothing is known outside. */
  known: Interval;
  /** What plays for the stated purpose. */
  recorded: Interval[];
  /** Restricted footage: part of `recorded` when the purpose is a legal claim, else not shown. */
  restricted: Interval[];
  held: Held[];
  gaps: Gap[];
  activity: Activity;
}

export const nothingKnown: Coverage = { known: { from: 0, to: 0 }, recorded: [], restricted: [], held: [], gaps: [], activity: { from: 0, bucket_s: 1, values: [] } };

/** Ranges closer than this are one to a reader: segments end and begin within a frame. */
const JOIN_S = 0.25;

export function coverageFrom(answer: TimelineAnswer, known: Interval, purpose: PurposeKind): Coverage {
  const interval = (r: { from: string; to: string }) => ({ from: fromRfc3339(r.from), to: fromRfc3339(r.to) });
  const restricted = answer.restricted.map(interval);
  return {
    known,
    recorded: join([...answer.recorded.map(interval), ...(purpose === "legal_claim" ? restricted : [])]),
    restricted,
    held: answer.held.map((held) => ({ ...interval(held), hold: held.hold, kind: held.kind })),
    gaps: answer.gaps.map((g) => ({ from: fromRfc3339(g.from), to: fromRfc3339(g.to), cause: g.cause })).sort((a, b) => a.from - b.from),
    activity: { ...answer.activity, from: fromRfc3339(answer.activity.from) },
  };
}

function join(intervals: Interval[]): Interval[] {
  const sorted = intervals.filter((i) => i.to > i.from).sort((a, b) => a.from - b.from);
  const joined: Interval[] = [];
  for (const next of sorted) {
    const last = joined.at(-1);
    if (last && next.from - last.to <= JOIN_S) last.to = Math.max(last.to, next.to);
    else joined.push({ ...next });
  }
  return joined;
}

export function isRecorded(coverage: Coverage, at: number): boolean {
  return coverage.recorded.some((r) => r.from <= at && at < r.to);
}

/** The first recorded instant at or after `at`, or null when nothing follows. */
export function nextRecorded(coverage: Coverage, at: number): number | null {
  for (const r of coverage.recorded) if (at < r.to) return Math.max(at, r.from);
  return null;
}

/** The end of the last recording before `at`, or null when nothing precedes. */
export function endBefore(coverage: Coverage, at: number): number | null {
  return coverage.recorded.filter((r) => r.from < at).map((r) => Math.min(r.to, at)).at(-1) ?? null;
}

/**
 * The part of a jumped span that is really missing, or null when it is recorded after all (a fast
 * player sees key frames only and meets holes that aren't gaps). Unknown times are taken as missing.
 */
export function missing(coverage: Coverage, span: Interval): Interval | null {
  const middle = (span.from + span.to) / 2;
  if (middle < coverage.known.from || middle >= coverage.known.to) return span;
  if (isRecorded(coverage, middle)) return null;
  return { from: Math.max(span.from, endBefore(coverage, middle) ?? span.from), to: Math.min(span.to, nextRecorded(coverage, middle) ?? span.to) };
}

/** Whether a span is missing because it is restricted, rather than because nothing was recorded. */
export function isHidden(coverage: Coverage, span: Interval): boolean {
  return coverage.restricted.some((r) => r.from < span.to && r.to > span.from && !isRecorded(coverage, Math.max(r.from, span.from)));
}

/** The causes on record for what is missing between two instants. */
export function causesBetween(coverage: Coverage, span: Interval): GapCause[] {
  const causes = coverage.gaps.filter((g) => g.from < span.to && g.to > span.from).map((g) => g.cause);
  return [...new Set(causes)];
}
