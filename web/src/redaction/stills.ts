// Frames of the clip as pictures, fetched many at a time and kept as long as there is room. Asking twice for
// the same fetches once. A frame that could not be decoded is null. Next: use_still.ts shows one.

import { request } from "../api";

/** Before or after: the clip as recorded, or as a revision of the plan shows it. */
export type Look = { view: "source" } | { view: "redacted"; revision: number };

export interface Wanted {
  look: Look;
  height_px: number;
}

/** The most that the box sends at once. */
export const BATCH = 32;
const KEPT_MAX = 400;

export class Stills {
  /** By key, least lately used first. */
  private readonly kept = new Map<string, string | null>();
  private readonly coming = new Map<string, Promise<void>>();

  constructor(private readonly url: string) {}

  /** A picture's address; null if it can't be decoded, undefined if it isn't here yet. */
  peek(wanted: Wanted, frame: number): string | null | undefined {
    const key = keyOf(wanted, frame);
    const found = this.kept.get(key);
    if (found !== undefined) {
      this.kept.delete(key);
      this.kept.set(key, found);
    }
    return found;
  }

  async get(wanted: Wanted, frame: number): Promise<string | null> {
    await this.fetch(wanted, frame, 1, 1);
    return this.peek(wanted, frame) ?? null;
  }

  /** Fetches `count` frames from `first` on, each `step` after the one before, unless they are here or coming. */
  async fetch(wanted: Wanted, first: number, count: number, step: number): Promise<void> {
    const frames = Array.from({ length: Math.min(count, BATCH) }, (_, nth) => first + nth * step);
    const missing = frames.filter((frame) => this.peek(wanted, frame) === undefined && !this.coming.has(keyOf(wanted, frame)));
    const waiting = frames.flatMap((frame) => this.coming.get(keyOf(wanted, frame)) ?? []);
    if (missing.length > 0) {
      const from = missing[0]!;
      const many = (missing.at(-1)! - from) / step + 1;
      const arriving = this.load(wanted, from, many, step).finally(() => missing.forEach((frame) => this.coming.delete(keyOf(wanted, frame))));
      for (const frame of missing) this.coming.set(keyOf(wanted, frame), arriving);
      waiting.push(arriving);
    }
    await Promise.all(waiting);
  }

  /** Keeps what comes next at hand while it plays; `count` is how many frames the clip has. */
  ahead(wanted: Wanted, frame: number, count: number): Promise<void> {
    for (let next = frame; next < Math.min(frame + BATCH / 2, count); next++) {
      const key = keyOf(wanted, next);
      if (this.kept.has(key)) continue;
      return this.coming.has(key) ? Promise.resolve() : this.fetch(wanted, next, Math.min(BATCH, count - next), 1);
    }
    return Promise.resolve();
  }

  /** Lets every picture go. */
  clear(): void {
    for (const url of this.kept.values()) if (url) URL.revokeObjectURL(url);
    this.kept.clear();
  }

  private async load({ look, height_px }: Wanted, first: number, count: number, step: number): Promise<void> {
    const query = new URLSearchParams({ first: String(first), count: String(count), step: String(step), view: look.view, height: String(height_px) });
    const response = await request(`${this.url}/frames?${query}`);
    const came = new Map(unpacked(await response.arrayBuffer()).map(({ frame, image }) => [frame, image]));
    for (let nth = 0; nth < count; nth++) {
      const frame = first + nth * step;
      const key = keyOf({ look, height_px }, frame);
      if (this.kept.has(key)) continue;
      const image = came.get(frame);
      this.kept.set(key, image ? URL.createObjectURL(new Blob([image], { type: "image/jpeg" })) : null);
    }
    for (const [key, url] of this.kept) {
      if (this.kept.size <= KEPT_MAX) break;
      this.kept.delete(key);
      if (url) URL.revokeObjectURL(url);
    }
  }
}

const keyOf = ({ look, height_px }: Wanted, frame: number): string => `${look.view === "source" ? "source" : look.revision} ${height_px} ${frame}`;

/** Frames as the box packs them: number and length, four bytes each, the highest first; then the picture. */
export function unpacked(bytes: ArrayBuffer): { frame: number; image: Uint8Array<ArrayBuffer> }[] {
  const view = new DataView(bytes);
  const found: { frame: number; image: Uint8Array<ArrayBuffer> }[] = [];
  for (let at = 0; at + 8 <= bytes.byteLength; ) {
    const length = view.getUint32(at + 4);
    found.push({ frame: view.getUint32(at), image: new Uint8Array(bytes, at + 8, length) });
    at += 8 + length;
  }
  return found;
}

/** The height to ask for, so that a picture is sharp on the screen and few sizes are made. */
export function heightFor(screen_px: number, clip_px: number): number {
  return Math.min(clip_px, [96, 360, 540, 720, 1080].find((height) => height >= screen_px) ?? 2160);
}
