// A row of small pictures along the clip, fetched one after another once the view has come to rest.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Plan, secondsAt, type Span } from "./plan";
import { BATCH, type Stills, type Wanted } from "./stills";

const HEIGHT = 54;
const SMALL: Wanted = { look: { view: "source" }, height_px: 96 };
const REST_MS = 250;
/** A view as short as this is fetched in one go. */
const TOGETHER_S = 30;

export function Filmstrip({ plan, view, width, stills }: { plan: Plan; view: Span; width: number; stills: Stills }): JSX.Element {
  const { width_px, height_px } = plan.clip;
  const each = Math.min(width, (HEIGHT * width_px) / height_px);
  const count = Math.max(1, Math.min(BATCH, Math.floor(width / each)));
  const step = Math.max(1, Math.floor((view.last - view.first + 1) / count));
  const frames = Array.from({ length: count }, (_, nth) => view.first + nth * step).filter((frame) => frame <= view.last);
  const [, setCame] = useState(0);
  const key = `${view.first} ${step} ${count}`;
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(async () => {
      const short = secondsAt(plan, view.last) - secondsAt(plan, view.first) <= TOGETHER_S;
      const rounds: [number, number][] = short ? [[frames[0]!, frames.length]] : frames.map((frame) => [frame, 1]);
      for (const [first, many] of rounds) {
        if (gone) return;
        // Without its small pictures the strip is empty; the stage says what is wrong.
        await stills.fetch(SMALL, first, many, step).catch(() => undefined);
        if (!gone) setCame((n) => n + 1);
      }
    }, REST_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [stills, key]);
  return (
    <svg class="filmstrip" height={HEIGHT} width={width} aria-hidden="true" focusable="false">
      {frames.map((frame, nth) => {
        const url = stills.peek(SMALL, frame);
        const at = (nth * width) / count;
        return url ? <image key={frame} href={url} x={at} width={width / count} height={HEIGHT} preserveAspectRatio="xMidYMid slice" /> : <rect key={frame} class="empty" x={at + 1} width={Math.max(0, width / count - 2)} height={HEIGHT} />;
      })}
    </svg>
  );
}
