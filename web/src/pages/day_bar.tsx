// Between picture and timeline: which day, which instant on the site's clock, the chosen range, and
// how far the timeline is zoomed. Holds no state. Next: recordings.tsx.

import type { JSX } from "preact";
import { Icon } from "../shell/icon";
import { clockMilliseconds, clockTime, dayName, duration, type Interval, shiftDay, zoneName } from "../site_time";
import type { Command } from "./controls";

interface DayBarProps {
  day: string;
  today: string;
  zone: string;
  position: number;
  /** Show milliseconds: the picture stands still on one frame. */
  exact: boolean;
  range: { in: number | null; out: number | null };
  viewport: Interval;
  onDay: (day: string) => void;
  act: (command: Command) => void;
}

export function DayBar({ day, today, zone, position, exact, range, viewport, onDay, act }: DayBarProps): JSX.Element {
  const span = viewport.to - viewport.from;
  const whole = span > 22.9 * 3600;
  return (
    <div class="day-bar">
      <div class="cluster" role="group" aria-label="Day">
        <button type="button" class="icon" aria-label="Previous day" title="Previous day" onClick={() => onDay(shiftDay(day, -1))}>
          <Icon name="previous" />
        </button>
        <input type="date" aria-label="Day shown" value={day} max={today} onChange={(e) => /^\d{4}-\d\d-\d\d$/.test(e.currentTarget.value) && onDay(e.currentTarget.value)} />
        <button type="button" class="icon" aria-label="Next day" title="Next day" disabled={day >= today} onClick={() => onDay(shiftDay(day, 1))}>
          <Icon name="next" />
        </button>
      </div>
      <p class="clock">
        <time class="time" dateTime={new Date(position * 1000).toISOString()}>
          {exact ? clockMilliseconds(position, zone) : clockTime(position, zone)}
        </time>
        <span class="dim">
          {zoneName(position, zone)} · {dayName(position, zone)}
        </span>
      </p>
      {(range.in !== null || range.out !== null) && (
        <p class="range">
          Export {range.in === null ? "…" : clockTime(range.in, zone)}–{range.out === null ? "…" : clockTime(range.out, zone)}
          {range.in !== null && range.out !== null && <span class="dim"> {duration(range.out - range.in)}</span>}
        </p>
      )}
      <div class="cluster end" role="group" aria-label="Timeline zoom">
        <button type="button" class="icon" aria-label="Earlier part of the day" title="Earlier part of the day" disabled={whole} onClick={() => act({ kind: "pan", widths: -0.5 })}>
          <Icon name="previous" />
        </button>
        <button type="button" class="icon" aria-label="Later part of the day" title="Later part of the day" disabled={whole} onClick={() => act({ kind: "pan", widths: 0.5 })}>
          <Icon name="next" />
        </button>
        <button type="button" class="icon" aria-label="Show more of the day" title="Show more of the day (−)" onClick={() => act({ kind: "zoom", factor: 2 })}>
          <Icon name="minus" />
        </button>
        <span class="zoom num">{duration(span)}</span>
        <button type="button" class="icon" aria-label="Show finer" title="Show finer (+)" onClick={() => act({ kind: "zoom", factor: 0.5 })}>
          <Icon name="plus" />
        </button>
      </div>
    </div>
  );
}
