// A day of one camera as a strip: what is recorded, what is held or restricted, what is missing and
// why, how much moved, now, the player's position and the chosen range. Works as an ARIA slider: arrows move by the zoom's own
// step. Pointer: click or drag plays from there; wheel zooms; sideways wheel pans. Drawn as SVG with
// classes only, because the page's policy allows no inline style. Next: pages/recordings.tsx.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Coverage } from "../playback/coverage";
import { clockTime, dateTime, duration, type Interval } from "../site_time";
import { causeWords } from "../words";
import { Preview } from "./preview";
import { keyStep, pan, ticks, toInstant, toX, zoom, zoomAround } from "./scale";

export interface TimelineProps {
  day: Interval;
  viewport: Interval;
  coverage: Coverage;
  position: number;
  now: number;
  selection: { in: number | null; out: number | null };
  zone: string;
  frameAddress: (at: number) => string;
  onSeek: (at: number, phase: "scrub" | "settle") => void;
  onViewport: (viewport: Interval) => void;
}

const HEIGHT = 76;
const TRACK = { top: 24, height: 30 };
/** Held stretches are a rail along the track's upper edge, which leaves what lies below it visible. */
const HELD_HEIGHT = 5;
const ACTIVITY = { top: 56, height: 18 };

export function Timeline(props: TimelineProps): JSX.Element {
  const { day, viewport, coverage, position, now, zone } = props;
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  const [hover, setHover] = useState<number | null>(null);
  const [dragging, setDragging] = useState(false);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)));
    observer.observe(element);
    // Preact registers wheel listeners as passive; this one must be able to stop the page's scroll.
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const { viewport, day, onViewport } = latest.current;
      const x = event.clientX - element.getBoundingClientRect().left;
      const span = viewport.to - viewport.from;
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        onViewport(pan(viewport, ((event.deltaX || event.deltaY) / element.clientWidth) * span, day));
      } else onViewport(zoom(viewport, Math.exp(event.deltaY * 0.002), toInstant(x, viewport, element.clientWidth), day));
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener("wheel", wheel);
    };
  }, []);

  const x = (at: number) => toX(at, viewport, width);
  const visible = <T extends Interval>(list: T[]) => list.filter((i) => i.to > viewport.from && i.from < viewport.to);
  const instantOf = (event: PointerEvent) => {
    const raw = toInstant(event.clientX - box.current!.getBoundingClientRect().left, viewport, width);
    return Math.min(Math.max(raw, day.from), Math.min(day.to - 1, now));
  };

  const pointer = {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      box.current!.setPointerCapture(event.pointerId);
      setDragging(true);
      setHover(instantOf(event));
      props.onSeek(instantOf(event), "scrub");
    },
    onPointerMove: (event: PointerEvent) => {
      const at = instantOf(event);
      setHover(at);
      if (dragging) props.onSeek(at, "scrub");
    },
    onPointerUp: (event: PointerEvent) => {
      if (!dragging) return;
      setDragging(false);
      props.onSeek(instantOf(event), "settle");
      if (event.pointerType !== "mouse") setHover(null);
    },
    onPointerCancel: () => setDragging(false),
    onPointerLeave: () => !dragging && setHover(null),
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const step = keyStep(viewport);
    const moves: Record<string, number> = {
      ArrowLeft: position - step,
      ArrowDown: position - step,
      ArrowRight: position + step,
      ArrowUp: position + step,
      PageDown: position - step * 10,
      PageUp: position + step * 10,
      Home: day.from,
      End: Math.min(day.to, now) - 1,
    };
    const to = moves[event.key];
    if (to !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
      props.onSeek(Math.min(Math.max(to, day.from), Math.min(day.to, now) - 1), "settle");
    } else if (event.key === "+" || event.key === "=") props.onViewport(zoomAround(viewport, 0.5, position, day));
    else if (event.key === "-") props.onViewport(zoomAround(viewport, 2, position, day));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const { in: start, out: end } = props.selection;
  const gapHere = hover === null ? undefined : coverage.gaps.find((g) => g.from <= hover && hover < g.to);
  const outside = position < day.from || position >= day.to;

  return (
    <div
      ref={box}
      class={`timeline${dragging ? " dragging" : ""}`}
      role="slider"
      tabIndex={0}
      aria-label="Position in the day's recording"
      aria-valuemin={0}
      aria-valuemax={Math.round(day.to - day.from)}
      aria-valuenow={Math.round(Math.min(Math.max(position, day.from), day.to) - day.from)}
      aria-valuetext={spoken(position, coverage, zone)}
      onKeyDown={onKeyDown}
      {...pointer}
    >
      <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true" focusable="false">
        <GapPatterns />
        {ticks(viewport, width, zone).map((tick) => (
          <g key={tick.at}>
            <line class="tick" x1={x(tick.at)} x2={x(tick.at)} y1={16} y2={HEIGHT} />
            {x(tick.at) > 20 && x(tick.at) < width - 20 && (
              <text class="tick-label" x={x(tick.at)} y={12} text-anchor="middle">
                {tick.label}
              </text>
            )}
          </g>
        ))}
        <rect class="track" x={0} y={TRACK.top} width={width} height={TRACK.height} />
        {visible(coverage.gaps).map((gap) => (
          <rect key={`${gap.cause}${gap.from}`} class={`gap gap-${gap.cause}`} x={x(gap.from)} y={TRACK.top} width={Math.max(1.5, x(gap.to) - x(gap.from))} height={TRACK.height} />
        ))}
        {visible(coverage.recorded).map((r) => (
          <rect key={r.from} class="recorded" x={x(r.from)} y={TRACK.top} width={Math.max(1, x(r.to) - x(r.from))} height={TRACK.height} />
        ))}
        {visible(coverage.restricted).map((r) => (
          <rect key={`restricted${r.from}`} class="restricted" x={x(r.from)} y={TRACK.top} width={Math.max(1.5, x(r.to) - x(r.from))} height={TRACK.height} />
        ))}
        {x(now) < width && <rect class="future" x={Math.max(0, x(now))} y={TRACK.top} width={width - Math.max(0, x(now))} height={TRACK.height} />}
        {visible(coverage.held).map((held) => (
          <rect key={held.hold} class="held" x={x(Math.max(held.from, viewport.from))} y={TRACK.top} width={Math.max(3, x(Math.min(held.to, viewport.to)) - x(Math.max(held.from, viewport.from)))} height={HELD_HEIGHT} />
        ))}
        <path class="activity" d={activityPath(coverage, viewport, width)} />
        {start !== null && end !== null && end > start && (
          <rect class="selection" x={x(start)} y={TRACK.top - 4} width={Math.max(2, x(end) - x(start))} height={TRACK.height + 8} />
        )}
        {start !== null && <path class="bracket" d={`M${x(start) + 5} ${TRACK.top - 5}h-5v${TRACK.height + 10}h5`} />}
        {end !== null && <path class="bracket" d={`M${x(end) - 5} ${TRACK.top - 5}h5v${TRACK.height + 10}h-5`} />}
        {now >= viewport.from && now <= viewport.to && <line class="now" x1={x(now)} x2={x(now)} y1={TRACK.top - 6} y2={HEIGHT} />}
        {hover !== null && !dragging && <line class="hover" x1={x(hover)} x2={x(hover)} y1={TRACK.top - 4} y2={HEIGHT} />}
        {!outside && (
          <g class="playhead">
            <line x1={x(position)} x2={x(position)} y1={TRACK.top - 6} y2={HEIGHT} />
            <path d={`M${x(position) - 6} ${TRACK.top - 10}h12v4l-6 6-6-6z`} />
          </g>
        )}
      </svg>
      {hover !== null && (
        <Preview x={x(hover)} width={width} at={hover} step={(viewport.to - viewport.from) / width * 3} address={coverage.recorded.some((r) => r.from <= hover && hover < r.to) ? props.frameAddress : null}>
          <strong>{clockTime(hover, zone)}</strong>
          {gapHere && (
            <span>
              No recording for {duration(gapHere.to - gapHere.from)}: {causeWords[gapHere.cause] ?? gapHere.cause}
            </span>
          )}
          {keptAs(coverage, hover) && <span>{keptAs(coverage, hover)}</span>}
        </Preview>
      )}
    </div>
  );
}

function spoken(position: number, coverage: Coverage, zone: string): string {
  const gap = coverage.gaps.find((g) => g.from <= position && position < g.to);
  const kept = keptAs(coverage, position);
  return `${dateTime(position, zone)}${gap ? `, no recording: ${causeWords[gap.cause] ?? gap.cause}` : ""}${kept ? `, ${kept}` : ""}`;
}

/** What keeps an instant, in words; a restriction says more than a hold. */
function keptAs(coverage: Coverage, at: number): string | null {
  const here = coverage.held.filter((held) => held.from <= at && at < held.to);
  if (here.some((held) => held.kind === "restriction")) return "restricted";
  return here.length > 0 ? "held" : null;
}

/** One filled outline for all buckets: a day has 1,440 of them, too many for elements. */
function activityPath({ activity }: Coverage, viewport: Interval, width: number): string {
  const base = ACTIVITY.top + ACTIVITY.height;
  const perPixel = new Map<number, number>();
  activity.values.forEach((value, n) => {
    if (value === null) return;
    const from = activity.from + n * activity.bucket_s;
    if (from + activity.bucket_s < viewport.from || from > viewport.to) return;
    const left = Math.round(toX(from, viewport, width));
    const right = Math.max(left + 1, Math.round(toX(from + activity.bucket_s, viewport, width)));
    for (let px = Math.max(0, left); px < Math.min(width, right); px++) perPixel.set(px, Math.max(perPixel.get(px) ?? 0, value));
  });
  let d = "";
  for (const [px, value] of perPixel) if (value > 0) d += `M${px} ${base}v${-Math.max(1, (value / 255) * ACTIVITY.height).toFixed(1)}h1V${base}z`;
  return d;
}

/** Causes differ by pattern as well as colour, for eyes that don't tell the colours apart. */
function GapPatterns(): JSX.Element {
  const tones = ["", "-hard", "-soft"] as const;
  return (
    <defs>
      {tones.map((tone) => (
        <g key={tone} class={tone.slice(1)}>
          <pattern id={`hatch${tone}`} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect class="pattern-ground" width="7" height="7" />
            <rect class="pattern-ink" width="2.5" height="7" />
          </pattern>
          <pattern id={`dots${tone}`} width="6" height="6" patternUnits="userSpaceOnUse">
            <rect class="pattern-ground" width="6" height="6" />
            <circle class="pattern-ink" cx="3" cy="3" r="1.4" />
          </pattern>
          <pattern id={`bars${tone}`} width="5" height="5" patternUnits="userSpaceOnUse">
            <rect class="pattern-ground" width="5" height="5" />
            <rect class="pattern-ink" width="2" height="5" />
          </pattern>
        </g>
      ))}
      <pattern id="restricted" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
        <rect class="restricted-ground" width="8" height="8" />
        <rect class="restricted-ink" width="3.5" height="8" />
      </pattern>
    </defs>
  );
}
