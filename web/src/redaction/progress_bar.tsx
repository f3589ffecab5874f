// How far something is that the box does, and how long it still takes. Next: the list of redactions and the
// redaction's page.

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { boxNow } from "../api";
import type { Redaction } from "../contract";
import { heard, secondsLeft, type Told } from "./progress";
import { left, percent, stageOf } from "./words";

export function ProgressBar({ redaction }: { redaction: Redaction }): JSX.Element | null {
  const told = useRef<Told[]>([]);
  const { making } = redaction;
  if (!making) return null;
  const now = boxNow();
  told.current = heard(told.current, { at: now, frames: making.frames });
  const stage = stageOf(redaction);
  return (
    <div class="making" role="status">
      <p>
        <strong>{stage}</strong> <span class="num">{percent(redaction)} %</span> <span class="dim">{left(secondsLeft(told.current, making.of_frames, now))}</span>
      </p>
      <progress aria-label={stage} value={making.frames} max={making.of_frames} />
    </div>
  );
}
