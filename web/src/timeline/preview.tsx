// The small picture above the pointer while it moves over the timeline: asks for the key frame at
// that instant once the pointer rests for a moment, and keeps what it got. Shows nothing but the
// time where nothing is recorded. Next: timeline.tsx places it.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { request } from "../api";

const REST_MS = 120;
const MOST_KEPT = 160;
const kept = new Map<string, string>();

async function picture(address: string, signal: AbortSignal): Promise<string> {
  const known = kept.get(address);
  if (known) return known;
  const blob = await (await request(address, { signal })).blob();
  const url = URL.createObjectURL(blob);
  kept.set(address, url);
  for (const [oldest, stale] of kept) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
    URL.revokeObjectURL(stale);
  }
  return url;
}

interface PreviewProps {
  x: number;
  width: number;
  at: number;
  /** Instants this close share a picture, in seconds. */
  step: number;
  address: ((at: number) => string) | null;
  children: ComponentChildren;
}

const HALF_WIDTH = 88;

export function Preview({ x, width, at, step, address, children }: PreviewProps): JSX.Element {
  const [url, setUrl] = useState<string | null>(null);
  const grain = Math.max(1, Math.round(step));
  const wanted = address?.(Math.floor(at / grain) * grain) ?? null;

  useEffect(() => {
    if (wanted === null) return setUrl(null);
    const known = kept.get(wanted);
    if (known) return setUrl(known);
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      picture(wanted, abort.signal).then(setUrl, () => !abort.signal.aborted && setUrl(null));
    }, REST_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [wanted]);

  const left = Math.min(Math.max(x, HALF_WIDTH), Math.max(HALF_WIDTH, width - HALF_WIDTH));
  return (
    <div class="preview" style={{ left: `${left}px` }} aria-hidden="true">
      {url && wanted !== null && <img src={url} alt="" />}
      {children}
    </div>
  );
}
