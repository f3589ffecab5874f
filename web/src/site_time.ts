// Times of day in the site's zone. Inside this program an instant is a number: unix seconds, UTC,
// the same number as a player's currentTime. Words become instants and back only here, by Temporal,
// so that the hour that happens twice in October and the one that doesn't in March are decided by
// the zone's own rules. Next: timeline/ and playback/ draw and jump with these.

import { Temporal } from "temporal-polyfill";

export interface Interval {
  from: number;
  to: number;
}

export function fromRfc3339(text: string): number {
  return Date.parse(text) / 1000;
}

export function toRfc3339(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString();
}

function zoned(seconds: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(seconds * 1000)).toZonedDateTimeISO(zone);
}

/** The calendar day at the site, `2026-11-24`. */
export function dayOf(seconds: number, zone: string): string {
  return zoned(seconds, zone).toPlainDate().toString();
}

/** First and past-the-end instant of a day: 23, 24 or 25 hours apart. */
export function dayBounds(day: string, zone: string): Interval {
  const date = Temporal.PlainDate.from(day);
  const at = (d: Temporal.PlainDate) => d.toZonedDateTime(zone).epochMilliseconds / 1000;
  return { from: at(date), to: at(date.add({ days: 1 })) };
}

export interface NamedMonth {
  /** `2026-11` */
  month: string;
  /** `November 2026` */
  name: string;
}

/** The site's month at an instant, and the one before it. */
export function lastMonths(seconds: number, zone: string): [NamedMonth, NamedMonth] {
  const month = zoned(seconds, zone).toPlainDate().toPlainYearMonth();
  const named = (each: Temporal.PlainYearMonth): NamedMonth => ({
    month: each.toString(),
    name: each.toPlainDate({ day: 1 }).toLocaleString("en-GB", { month: "long", year: "numeric" }),
  });
  return [named(month), named(month.subtract({ months: 1 }))];
}

export function shiftDay(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const id = `${zone} ${key}`;
  let found = formats.get(id);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
    formats.set(id, found);
  }
  return found;
}

/** `10:02:11` */
export function clockTime(seconds: number, zone: string): string {
  return format(zone, "hms", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(seconds * 1000);
}

/** `10:02` */
export function clockMinutes(seconds: number, zone: string): string {
  return format(zone, "hm", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(seconds * 1000);
}

/** `10:02:11.320`, for stepping frame by frame. */
export function clockMilliseconds(seconds: number, zone: string): string {
  const ms = Math.floor(seconds * 1000 + 1e-4);
  return `${clockTime(ms / 1000, zone)}.${String(((ms % 1000) + 1000) % 1000).padStart(3, "0")}`;
}

/** `Tue 24 Nov 2026` */
export function dayName(seconds: number, zone: string): string {
  return format(zone, "day", { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(seconds * 1000).replace(",", "");
}

/** `24 Nov 10:02:11` */
export function dateTime(seconds: number, zone: string): string {
  return `${format(zone, "dm", { day: "numeric", month: "short" }).format(seconds * 1000)} ${clockTime(seconds, zone)}`;
}

/** `BST`, `GMT`, `UTC+2` */
export function zoneName(seconds: number, zone: string): string {
  const parts = format(zone, "zone", { hour: "2-digit", timeZoneName: "short" }).formatToParts(seconds * 1000);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** Hour of the day at the site, 0-23. */
export function hourOf(seconds: number, zone: string): number {
  return zoned(seconds, zone).hour;
}

export type LocalTime =
  | { kind: "once"; at: number }
  | { kind: "twice"; first: { at: number; name: string }; second: { at: number; name: string } }
  | { kind: "never"; sentence: string }
  | { kind: "malformed"; sentence: string };

/**
 * The instant that a typed date (`2026-10-25`) and time (`01:30`, `01:30:05`) mean in `zone`. A time
 * that the clocks showed twice gives both; one they skipped is refused with a sentence.
 */
export function resolveLocal(date: string, time: string, zone: string): LocalTime {
  let plain: Temporal.PlainDateTime;
  try {
    const padded = /^\d:/.test(time.trim()) ? `0${time.trim()}` : time.trim();
    plain = Temporal.PlainDate.from(date.trim(), { overflow: "reject" }).toPlainDateTime(Temporal.PlainTime.from(padded, { overflow: "reject" }));
  } catch {
    return { kind: "malformed", sentence: "That is no date and time. Write the date as 2026-10-25 and the time as 01:30 or 01:30:05." };
  }
  const earlier = plain.toZonedDateTime(zone, { disambiguation: "earlier" });
  const later = plain.toZonedDateTime(zone, { disambiguation: "later" });
  const first = earlier.epochMilliseconds / 1000;
  const second = later.epochMilliseconds / 1000;
  if (first === second) return { kind: "once", at: first };
  if (earlier.toPlainDateTime().equals(plain)) {
    return { kind: "twice", first: { at: first, name: zoneName(first, zone) }, second: { at: second, name: zoneName(second, zone) } };
  }
  return {
    kind: "never",
    sentence: `${plain.toPlainTime().toString({ smallestUnit: "minute" })} did not happen on ${dayName(second, zone)}: the clocks went forward. Choose a time before or after the missing hour.`,
  };
}

/** `40 s`, `12 min`, `3 h 05 min`, `2 days` */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 120) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min${s % 60 && s < 600 ? ` ${s % 60} s` : ""}`;
  if (s < 172800) return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, "0")} min`;
  return `${Math.floor(s / 86400)} days`;
}
