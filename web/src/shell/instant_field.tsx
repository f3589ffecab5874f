// A date and a time on the site's clock as one field. The hour that happens twice in October asks
// which one; the hour that is missing in March is refused with a sentence. Next: the dialogs of holds
// and early deletions.

import type { JSX } from "preact";
import { clockTime, dayName, dayOf, type LocalTime, resolveLocal, zoneName } from "../site_time";

/** What is typed so far. */
export interface Typed {
  date: string;
  time: string;
  which: "first" | "second" | null;
}

export function typedAt(at: number, zone: string): Typed {
  const twice = resolveLocal(dayOf(at, zone), clockTime(at, zone), zone);
  return { date: dayOf(at, zone), time: clockTime(at, zone), which: twice.kind === "twice" ? (at < twice.second.at ? "first" : "second") : null };
}

/** The instant that is meant, or why none is. */
export function meant(typed: Typed, zone: string): { at: number } | { sentence: string } {
  if (!typed.date || !typed.time) return { sentence: "Give a date and a time." };
  const local = resolveLocal(typed.date, typed.time, zone);
  if (local.kind === "malformed" || local.kind === "never") return { sentence: local.sentence };
  if (local.kind === "once") return { at: local.at };
  return typed.which === null ? { sentence: "The clocks went back: choose which of the two you mean." } : { at: local[typed.which].at };
}

interface FieldProps {
  label: string;
  value: Typed;
  zone: string;
  disabled?: boolean;
  onChange: (value: Typed) => void;
}

export function InstantField({ label, value, zone, disabled = false, onChange }: FieldProps): JSX.Element {
  const local: LocalTime | null = value.date && value.time && !disabled ? resolveLocal(value.date, value.time, zone) : null;
  return (
    <fieldset class="instant" disabled={disabled}>
      <legend>{label}</legend>
      <div class="instant-parts">
        <input type="date" aria-label={`${label}: date`} required value={value.date} onInput={(e) => onChange({ ...value, date: e.currentTarget.value, which: null })} />
        <input type="time" step={1} aria-label={`${label}: time`} required value={value.time} onInput={(e) => onChange({ ...value, time: e.currentTarget.value, which: null })} />
        {local?.kind === "once" && <span class="dim">{zoneName(local.at, zone)}</span>}
      </div>
      {local?.kind === "twice" && (
        <div class="choices" role="radiogroup" aria-label={`${label}: ${value.time} happened twice on ${dayName(local.first.at, zone)}`}>
          {(["first", "second"] as const).map((each) => (
            <label key={each} class="choice">
              <input type="radio" name={`which ${label}`} checked={value.which === each} onChange={() => onChange({ ...value, which: each })} />
              <span>
                <strong>{local[each].name}</strong>
                <small>{each === "first" ? "before the clocks went back" : "after the clocks went back"}</small>
              </span>
            </label>
          ))}
        </div>
      )}
    </fieldset>
  );
}
