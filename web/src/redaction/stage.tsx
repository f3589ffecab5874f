// The picture at a frame: before, after, or both side by side; over the one before, everybody's box, to be
// clicked, dragged and resized, by pointer or keys. Drawn as SVG in pixels of the clip. Next: editor.tsx makes
// edits of what comes back.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CLICK_PX, GRIPS, type Grip, gripAt, moved, nudged, type Point, resized, spanned } from "./drag";
import { hiding } from "./doubts";
import { fitted, hidesWhole, type PixelBox, type Plan, presentAt, secondsAt, type Track } from "./plan";
import { heightFor, type Stills } from "./stills";
import { type Shown, useStill } from "./use_still";
import { clipTime, nameOf, roleWords } from "./words";

export type View = "before" | "both" | "after";
export type Tool = "select" | "subject" | "other" | "hide" | "show";
export type Selection = { kind: "track"; id: number } | { kind: "masks" | "reveals"; nth: number };

export interface StageProps {
  plan: Plan;
  frame: number;
  view: View;
  tool: Tool;
  selection: Selection | null;
  stills: Stills;
  /** The revision that the picture after is of. */
  revision: number;
  /** Whether changes wait to be saved, which the picture after doesn't show yet. */
  unsaved: boolean;
  /** Drawing is off: while it plays, or for whoever only looks. */
  still: boolean;
  onSelect: (selection: Selection | null) => void;
  /** A box was clicked with a tool that says who somebody is. */
  onPick: (id: number) => void;
  onDraw: (box: PixelBox) => void;
  onMove: (selection: Selection, box: PixelBox, gesture: string | null) => void;
}

export function Stage(props: StageProps): JSX.Element {
  const { plan, frame, view, stills, revision } = props;
  const row = useRef<HTMLDivElement>(null);
  const [screen_px, setScreen] = useState(480);
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      const picture = row.current?.querySelector("svg");
      if (picture) setScreen(picture.clientHeight * Math.min(2, window.devicePixelRatio));
    });
    observer.observe(row.current!);
    return () => observer.disconnect();
  }, []);
  const height_px = heightFor(screen_px, plan.clip.height_px);
  const before = useStill(stills, view === "after" ? null : { look: { view: "source" }, height_px }, frame);
  const after = useStill(stills, view === "before" ? null : { look: { view: "redacted", revision }, height_px }, frame);
  return (
    <div ref={row} class={`stage stage-${view}`} tabIndex={-1} data-frame={frame} data-before={before.frame ?? ""} data-after={after.frame ?? ""}>
      {view !== "after" && (
        <Picture name="Before" shown={before} frame={frame} plan={plan}>
          <Boxes {...props} />
        </Picture>
      )}
      {view !== "before" && (
        <Picture name={props.unsaved ? "After, as last saved" : "After"} shown={after} frame={frame} plan={plan}>
          {hiding(plan, frame).length > 0 && (
            <text class="whole" x={plan.clip.width_px / 2} y={plan.clip.height_px / 2} font-size={plan.clip.height_px / 22} text-anchor="middle">
              Hidden whole: a doubt is open
            </text>
          )}
        </Picture>
      )}
    </div>
  );
}

/** A frame with its name, and what the box has to say in place of it. */
export function Picture({ name, shown, frame, plan, children }: { name: string; shown: Shown; frame: number; plan: Plan; children?: ComponentChildren }): JSX.Element {
  const { width_px, height_px } = plan.clip;
  const late = shown.frame !== frame && !shown.problem;
  return (
    <figure class="look">
      <svg viewBox={`0 0 ${width_px} ${height_px}`} role="group" aria-label={`${name}, frame ${frame + 1}`}>
        <rect class="ground" width={width_px} height={height_px} />
        {shown.url && <image href={shown.url} width={width_px} height={height_px} preserveAspectRatio="none" />}
        {children}
      </svg>
      <figcaption>
        <span>{name}</span>
        {late && <span class="late">loading…{shown.frame !== null && ` (still at ${clipTime(secondsAt(plan, shown.frame))})`}</span>}
      </figcaption>
      {shown.problem && (
        <p class="look-problem" role="alert">
          {shown.problem.title} {shown.problem.detail}
        </p>
      )}
      {!shown.problem && shown.frame === frame && shown.url === null && <p class="look-problem">This frame could not be decoded. It is hidden whole in the film.</p>}
    </figure>
  );
}

type Drag = { what: "new"; from: Point; box: PixelBox } | { what: "move"; selection: Selection; start: PixelBox; from: Point; box: PixelBox; track: Track | null } | { what: "size"; selection: Selection; start: PixelBox; grip: Grip; from: Point; box: PixelBox };

interface Item {
  selection: Selection;
  box: PixelBox;
  track: Track | null;
  name: string;
  style: string;
}

function itemsAt(plan: Plan, frame: number): Item[] {
  const people = presentAt(plan, frame)
    .filter(({ track }) => !hidesWhole(plan, track))
    .map(({ track, box }): Item => ({ selection: { kind: "track", id: track.id }, box, track, name: nameOf(track), style: track.role }));
  const masks = plan.masks.map(({ box }, nth): Item => ({ selection: { kind: "masks", nth }, box, track: null, name: `Hidden place ${nth + 1}`, style: "masks" }));
  const reveals = plan.reveals.map(({ box }, nth): Item => ({ selection: { kind: "reveals", nth }, box, track: null, name: `Shown place ${nth + 1}`, style: "reveals" }));
  // The smaller lies on top, so that it can be clicked.
  return [...reveals, ...masks, ...people].sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
}

export const same = (a: Selection | null, b: Selection | null): boolean => JSON.stringify(a) === JSON.stringify(b);

function Boxes({ plan, frame, tool, selection, still, onSelect, onPick, onDraw, onMove }: StageProps): JSX.Element {
  const ground = useRef<SVGRectElement>(null);
  const [drag, showDrag] = useState<Drag | null>(null);
  // A press and its release can come faster than a drawing of the screen: what is dragged is known at once.
  const held = useRef<Drag | null>(null);
  const setDrag = (next: Drag | null) => {
    held.current = next;
    showDrag(next);
  };
  const { width_px, height_px } = plan.clip;
  const picture = () => ground.current!.ownerSVGElement!;
  /** Pixels of the clip to one of the screen. */
  const [unit, setUnit] = useState(1);
  useEffect(() => {
    // Where the picture is lower than wide, it stands in the middle: only the browser knows where.
    const svg = picture();
    const observer = new ResizeObserver(() => setUnit(1 / (svg.getScreenCTM()?.a || 1)));
    observer.observe(svg);
    return () => observer.disconnect();
  }, [width_px]);

  const at = (event: PointerEvent): Point => {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture().getScreenCTM()?.inverse());
    return { x, y };
  };
  const take = (event: PointerEvent, next: Drag) => {
    if (event.button !== 0 || still) return;
    event.stopPropagation();
    picture().setPointerCapture(event.pointerId);
    setDrag(next);
  };
  const follow = (event: PointerEvent) => {
    const drag = held.current;
    if (!drag) return;
    const to = at(event);
    const by = { x: to.x - drag.from.x, y: to.y - drag.from.y };
    if (drag.what === "new") setDrag({ ...drag, box: spanned(drag.from, to) });
    else setDrag({ ...drag, box: drag.what === "move" ? moved(drag.start, by) : resized(drag.start, drag.grip, by) });
  };
  const drop = (event: PointerEvent) => {
    const drag = held.current;
    if (!drag) return;
    setDrag(null);
    const to = at(event);
    const far = Math.hypot(to.x - drag.from.x, to.y - drag.from.y) > CLICK_PX * unit;
    if (drag.what === "new") {
      if (far && drag.box.width > CLICK_PX * unit && drag.box.height > CLICK_PX * unit) onDraw(fitted(drag.box, plan.clip));
      else onSelect(null);
    } else if (far) onMove(drag.selection, fitted(drag.box, plan.clip), null);
    else if (drag.what === "move" && drag.track && (tool === "subject" || tool === "other")) onPick(drag.track.id);
  };
  const acting = useRef({ follow, drop });
  acting.current = { follow, drop };
  useEffect(() => {
    const svg = picture();
    const listeners = { pointermove: (event: PointerEvent) => acting.current.follow(event), pointerup: (event: PointerEvent) => acting.current.drop(event), pointercancel: () => setDrag(null) };
    const kinds = Object.keys(listeners) as (keyof typeof listeners)[];
    for (const kind of kinds) svg.addEventListener(kind, listeners[kind]);
    return () => kinds.forEach((kind) => svg.removeEventListener(kind, listeners[kind]));
  }, []);

  const begin = (event: PointerEvent) => {
    const from = at(event);
    if (tool === "select") return onSelect(null);
    take(event, { what: "new", from, box: spanned(from, from) });
  };
  return (
    <>
      <rect ref={ground} class={`catch${tool === "select" || still ? "" : " drawing"}`} width={width_px} height={height_px} onPointerDown={begin} />
      {itemsAt(plan, frame).map((item) => {
        const dragged = drag && drag.what !== "new" && same(drag.selection, item.selection) ? drag.box : null;
        const box = dragged ?? item.box;
        const chosen = same(selection, item.selection);
        const keys = (event: KeyboardEvent) => {
          if (event.ctrlKey || event.metaKey || event.altKey || still) return;
          const next = nudged(item.box, event.key, event.shiftKey, plan.clip);
          if (next) onMove(item.selection, next, `${event.shiftKey ? "size" : "move"} ${JSON.stringify(item.selection)} ${frame}`);
          else if (event.key === "Enter" && item.track && (tool === "subject" || tool === "other")) onPick(item.track.id);
          else if (event.key === "Enter" || event.key === " ") onSelect(item.selection);
          else return;
          event.preventDefault();
          event.stopPropagation();
        };
        const press = (event: PointerEvent) => {
          onSelect(item.selection);
          take(event, { what: "move", selection: item.selection, start: item.box, from: at(event), box: item.box, track: item.track });
        };
        return (
          <g
            key={JSON.stringify(item.selection)}
            class={`box box-${item.style}${chosen ? " chosen" : ""}`}
            tabIndex={0}
            role="button"
            aria-pressed={chosen}
            aria-label={item.track ? `${item.name}: ${roleWords[item.track.role]}` : item.name}
            data-box={JSON.stringify(item.selection)}
            onFocus={() => !chosen && onSelect(item.selection)}
            onKeyDown={keys}
            onPointerDown={press}
          >
            <rect class="halo" x={box.left} y={box.top} width={box.width} height={box.height} />
            <rect class="edge" x={box.left} y={box.top} width={box.width} height={box.height} />
            <Tag item={item} box={box} unit={unit} />
            {chosen && !still && GRIPS.map((grip) => <GripMark key={grip} grip={grip} box={box} unit={unit} onTake={(event) => take(event, { what: "size", selection: item.selection, start: item.box, grip, from: at(event), box: item.box })} />)}
          </g>
        );
      })}
      {drag?.what === "new" && <rect class={`new new-${tool}`} x={drag.box.left} y={drag.box.top} width={drag.box.width} height={drag.box.height} />}
    </>
  );
}

/** The number of somebody, at the box's upper corner; inside the picture wherever the box is. */
function Tag({ item, box, unit }: { item: Item; box: PixelBox; unit: number }): JSX.Element {
  const text = item.track ? (item.track.role === "subject" ? `${item.track.id + 1} subject` : `${item.track.id + 1}`) : item.style === "masks" ? "hidden" : "shown";
  const [wide, high] = [(text.length * 7 + 8) * unit, 17 * unit];
  const [x, y] = [Math.max(0, box.left), Math.max(0, box.top - high)];
  return (
    <g class="tag-mark" aria-hidden="true">
      <rect x={x} y={y} width={wide} height={high} />
      <text x={x + 4 * unit} y={y + 12.5 * unit} font-size={12 * unit}>
        {text}
      </text>
    </g>
  );
}

function GripMark({ grip, box, unit, onTake }: { grip: Grip; box: PixelBox; unit: number; onTake: (event: PointerEvent) => void }): JSX.Element {
  const { x, y } = gripAt(box, grip);
  const [reach, size] = [11 * unit, 4 * unit];
  return (
    <g class={`grip grip-${grip}`} onPointerDown={onTake}>
      <rect class="reach" x={x - reach} y={y - reach} width={2 * reach} height={2 * reach} />
      <rect class="knob" x={x - size} y={y - size} width={2 * size} height={2 * size} />
    </g>
  );
}
