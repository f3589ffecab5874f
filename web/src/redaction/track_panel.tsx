// Whatever is chosen: who it is, its box in figures, its keyframes, and what can be done to it; or, with
// nothing chosen, what stands still through the whole clip. Next: editor.tsx.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { boxAt, holds, keyframeAt, type PixelBox, type Plan, type Role, secondsAt, spanOf, type Track } from "./plan";
import { clipTime, nameOf, roleWords } from "./words";

export type TrackCommand =
  | { kind: "role"; role: Role }
  | { kind: "box"; box: PixelBox }
  | { kind: "keyframe" }
  | { kind: "beside"; by: 1 | -1 }
  | { kind: "split" }
  | { kind: "merge"; from: number }
  | { kind: "cut"; side: "after" | "before" }
  | { kind: "join" }
  | { kind: "erase" };

interface TrackProps {
  plan: Plan;
  track: Track;
  frame: number;
  act: (command: TrackCommand) => void;
}

export function TrackPanel({ plan, track, frame, act }: TrackProps): JSX.Element {
  const box = boxAt(track, frame);
  const mark = keyframeAt(track, frame);
  const span = spanOf(track);
  const within = track.presences.find(({ frames }) => holds(frames, frame));
  const between = !within && span.first < frame && frame < span.last;
  const by = mark?.author.author === "detector" ? `found, ${Math.round(mark.author.confidence_permille / 10)} % sure` : mark ? "drawn" : null;
  return (
    <section class="card stack panel" aria-label="Chosen">
      <div class="panel-head">
        <h2>{nameOf(track)}</h2>
        <span class="dim num">
          {clipTime(secondsAt(plan, span.first))}–{clipTime(secondsAt(plan, span.last))}
        </span>
        <button type="button" class="quiet" title="Delete it (Delete)" onClick={() => act({ kind: "erase" })}>
          Delete
        </button>
      </div>
      <div class="rates roles" role="group" aria-label="Who it is">
        {(["subject", "third_party", "undecided"] as const).map((role) => (
          <button key={role} type="button" aria-pressed={track.role === role} title={role === "subject" ? "S" : undefined} onClick={() => act({ kind: "role", role })}>
            {role === "undecided" ? "Not said" : role === "subject" ? "Subject" : roleWords[role]}
          </button>
        ))}
      </div>
      {box && <BoxFields box={box} onChange={(next) => act({ kind: "box", box: next })} />}
      {box && (
        <div class="cluster">
          <button type="button" class="icon" aria-label="Keyframe before" title="Keyframe before (Shift+←)" onClick={() => act({ kind: "beside", by: -1 })}>
            ‹
          </button>
          <button type="button" aria-pressed={mark !== undefined} title="K" onClick={() => act({ kind: "keyframe" })}>
            Keyframe
          </button>
          <button type="button" class="icon" aria-label="Keyframe after" title="Keyframe after (Shift+→)" onClick={() => act({ kind: "beside", by: 1 })}>
            ›
          </button>
          {by && <span class="dim">{by}</span>}
        </div>
      )}
      {!box && <p class="dim">Not in the picture at this frame. Draw a box to go on from where they were; within ten seconds it moves in a straight line.</p>}
      <div class="cluster">
        {between && (
          <button type="button" onClick={() => act({ kind: "join" })}>
            They were here all along
          </button>
        )}
        {within && within.frames.last > frame && (
          <button type="button" title="They leave the picture at this frame" onClick={() => act({ kind: "cut", side: "after" })}>
            Ends here
          </button>
        )}
        {within && within.frames.first < frame && (
          <button type="button" title="They come into the picture at this frame" onClick={() => act({ kind: "cut", side: "before" })}>
            Begins here
          </button>
        )}
        {span.first < frame && frame <= span.last && (
          <button type="button" title="From this frame on it is another person (X)" onClick={() => act({ kind: "split" })}>
            Split here
          </button>
        )}
      </div>
      <Merge plan={plan} track={track} act={act} />
    </section>
  );
}

function Merge({ plan, track, act }: Pick<TrackProps, "plan" | "track" | "act">): JSX.Element | null {
  const [from, setFrom] = useState("");
  const others = plan.tracks.filter((each) => each.id !== track.id && each.kind === track.kind);
  if (others.length === 0) return null;
  return (
    <div class="cluster merge">
      <label>
        <span>The same person as</span>
        <select value={from} onChange={(event) => setFrom(event.currentTarget.value)}>
          <option value="">choose…</option>
          {others.map((each) => (
            <option key={each.id} value={String(each.id)}>
              {nameOf(each)}, {clipTime(secondsAt(plan, spanOf(each).first))}–{clipTime(secondsAt(plan, spanOf(each).last))}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        disabled={from === ""}
        onClick={() => {
          act({ kind: "merge", from: Number(from) });
          setFrom("");
        }}
      >
        Merge
      </button>
    </div>
  );
}

const EDGES = [["left", "Left"], ["top", "Top"], ["width", "Width"], ["height", "Height"]] as const;

export function BoxFields({ box, onChange }: { box: PixelBox; onChange: (box: PixelBox) => void }): JSX.Element {
  return (
    <div class="edges">
      {EDGES.map(([edge, name]) => (
        <label key={edge}>
          <span>{name}</span>
          <input
            type="number"
            value={box[edge]}
            onChange={(event) => {
              const value = event.currentTarget.valueAsNumber;
              if (Number.isFinite(value)) onChange({ ...box, [edge]: value });
              else event.currentTarget.value = String(box[edge]);
            }}
          />
        </label>
      ))}
    </div>
  );
}
