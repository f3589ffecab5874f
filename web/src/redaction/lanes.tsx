// The clip as a filmstrip and a ruler, doubts as a lane, and below one lane a track with its keyframes. The
// ruler is a slider: arrows go by frames, Page Up and Down by seconds. Click anywhere to go there. Next:
// editor.tsx.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Filmstrip } from "./filmstrip";
import { followed, ordered, ticks, toFrame, toX, zoomed } from "./lane_scale";
import { type Doubt, frameAt, frameCount, hidesWhole, isOpen, type Plan, secondsAt, type Span, type Track } from "./plan";
import type { Selection } from "./stage";
import type { Stills } from "./stills";
import { clipTime, doubtWords, nameOf, roleWords } from "./words";

interface LanesProps {
  plan: Plan;
  frame: number;
  selection: Selection | null;
  /** The place of the doubt that is being answered. */
  doubt: number | null;
  stills: Stills;
  onSeek: (frame: number) => void;
  onSelect: (selection: Selection) => void;
  onDoubt: (place: number) => void;
}

const RULER = 26;
const LANE = 26;

export function Lanes(props: LanesProps): JSX.Element {
  const { plan, frame, selection } = props;
  const count = frameCount(plan);
  const [view, setView] = useState<Span>({ first: 0, last: count - 1 });
  const [width, setWidth] = useState(800);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(120, entry!.contentRect.width)));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => setView((now) => followed(now, frame, count)), [frame, count]);

  const scrub = (event: PointerEvent) => {
    const strip = event.currentTarget as Element;
    if (event.type === "pointerdown") {
      if (event.button !== 0) return;
      strip.setPointerCapture(event.pointerId);
    } else if (!strip.hasPointerCapture(event.pointerId)) return;
    props.onSeek(toFrame(event.clientX - strip.getBoundingClientRect().left, view, width));
  };
  const pointer = { onPointerDown: scrub, onPointerMove: scrub };
  const second = Math.max(1, frameAt(plan, secondsAt(plan, frame) + 1) - frame);
  const keys = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowLeft: frame - 1, ArrowDown: frame - 1, ArrowRight: frame + 1, ArrowUp: frame + 1, PageUp: frame + second, PageDown: frame - second, Home: 0, End: count - 1 };
    const to = moves[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    props.onSeek(Math.min(Math.max(to, 0), count - 1));
  };
  const x = (at: number) => toX(at, view, width);
  const here = <line class="here" x1={x(frame + 0.5)} x2={x(frame + 0.5)} y1={0} y2="100%" />;
  const open = plan.doubts.filter(isOpen).length;
  return (
    <section class="lanes" aria-label="Time line">
      <div class="lane-row lane-head">
        <span class="lane-name">
          <button type="button" class="icon" aria-label="Show more of the clip" title="Show more of the clip (−)" disabled={view.last - view.first + 1 >= count} onClick={() => setView(zoomed(view, 2, frame, count))}>
            −
          </button>
          <button type="button" class="icon" aria-label="Show finer" title="Show finer (+)" onClick={() => setView(zoomed(view, 0.5, frame, count))}>
            +
          </button>
        </span>
        <div
          ref={box}
          class="lane-strip ruler"
          role="slider"
          tabIndex={0}
          aria-label="Frame"
          aria-valuemin={1}
          aria-valuemax={count}
          aria-valuenow={frame + 1}
          aria-valuetext={`frame ${frame + 1} of ${count}, ${clipTime(secondsAt(plan, frame))}`}
          onKeyDown={keys}
          {...pointer}
        >
          <Filmstrip plan={plan} view={view} width={width} stills={props.stills} />
          <svg height={RULER} width={width} aria-hidden="true" focusable="false">
            {ticks(plan, view, width).map((seconds) => {
              const at = x(frameAt(plan, seconds));
              return (
                <g key={seconds}>
                  <line class="tick" x1={at} x2={at} y1={0} y2={7} />
                  {at < width - 30 && (
                    <text class="tick-label" x={at + 3} y={19}>
                      {clipTime(seconds).replace(/\.0$/, "")}
                    </text>
                  )}
                </g>
              );
            })}
            {here}
          </svg>
        </div>
      </div>
      <div class="lane-list" tabIndex={0} role="group" aria-label="Tracks">
        {plan.doubts.length > 0 && (
          <div class="lane-row">
            <span class="lane-name">{open === 0 ? "Doubts, all settled" : `Doubts, ${open} open`}</span>
            <div class="lane-strip" {...pointer}>
              <svg height={LANE} width={width} aria-hidden="true" focusable="false">
                {plan.doubts.map((doubt, place) => (
                  <DoubtMark key={place} doubt={doubt} here={place === props.doubt} x={x} onPress={() => props.onDoubt(place)} />
                ))}
                {here}
              </svg>
            </div>
          </div>
        )}
        {ordered(plan).map((track) => (
          <div key={track.id} class={`lane-row${selection?.kind === "track" && selection.id === track.id ? " chosen" : ""}`}>
            <button type="button" class={`lane-name lane-name-${track.role}`} aria-pressed={selection?.kind === "track" && selection.id === track.id} onClick={() => props.onSelect({ kind: "track", id: track.id })}>
              <i class="swatch" aria-hidden="true" />
              <span>{hidesWhole(plan, track) ? "Hidden whole" : nameOf(track)}</span>
              <span class="unseen">: {roleWords[track.role]}</span>
            </button>
            <div class="lane-strip" {...pointer} onPointerUp={() => props.onSelect({ kind: "track", id: track.id })}>
              <svg height={LANE} width={width} aria-hidden="true" focusable="false">
                <Lane track={track} view={view} x={x} />
                {here}
              </svg>
            </div>
          </div>
        ))}
        {plan.tracks.length === 0 && <p class="lane-none dim">Nobody is drawn yet. Draw the subject on the picture above.</p>}
      </div>
    </section>
  );
}

function DoubtMark({ doubt, here, x, onPress }: { doubt: Doubt; here: boolean; x: (frame: number) => number; onPress: () => void }): JSX.Element {
  const { first, last } = doubt.frames;
  return (
    <rect class={`doubt${isOpen(doubt) ? "" : " settled"}${here ? " now" : ""}`} x={x(first)} y={5} width={Math.max(4, x(last + 1) - x(first))} height={LANE - 10} rx={2} onPointerDown={onPress}>
      <title>{doubtWords[doubt.why]}</title>
    </rect>
  );
}

function Lane({ track, view, x }: { track: Track; view: Span; x: (frame: number) => number }): JSX.Element {
  const seen = track.presences.filter(({ frames }) => frames.last >= view.first && frames.first <= view.last);
  return (
    <>
      {seen.map(({ frames, keyframes }) => (
        <g key={frames.first} class={`lane lane-${track.role}`}>
          <rect class="lane-bar" x={x(frames.first)} y={6} width={Math.max(2, x(frames.last + 1) - x(frames.first))} height={LANE - 12} rx={2} />
          {keyframes.map((mark) => {
            const at = x(mark.frame + 0.5);
            return mark.author.author === "person" ? (
              <path key={mark.frame} class="keyframe" d={`M${at} 4l5 ${LANE / 2 - 4}-5 ${LANE / 2 - 4}-5-${LANE / 2 - 4}z`} />
            ) : (
              <line key={mark.frame} class="keyframe-found" x1={at} x2={at} y1={8} y2={LANE - 8} />
            );
          })}
        </g>
      ))}
    </>
  );
}
