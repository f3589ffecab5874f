// One video element's Media Source: opens it (ManagedMediaSource where that is what there is, as on
// an iPhone), and puts appends and removals into one queue, because a SourceBuffer does one thing at
// a time. Refuses nothing itself; failures reject the promise of the step that failed.
// Next: live/live_player.ts and playback/playback.ts drive it.

import type { Problem } from "../contract";

type SourceConstructor = { new (): MediaSource; isTypeSupported(mime: string): boolean };

function sourceConstructor(): SourceConstructor | null {
  const names = globalThis as unknown as { MediaSource?: SourceConstructor; ManagedMediaSource?: SourceConstructor };
  return names.MediaSource ?? names.ManagedMediaSource ?? null;
}

/** Whether this browser plays `mime` by Media Source. */
export function plays(mime: string): boolean {
  return sourceConstructor()?.isTypeSupported(mime) ?? false;
}

/** What to say where neither the camera's codec nor H.264 can be played. */
export const notPlayable: Problem = {
  type: "about:blank",
  title: "This browser can't play the recording.",
  status: 0,
  detail: "Use a browser that plays H.264 by Media Source: current Firefox, Chrome, Edge or Safari.",
  code: "not_playable",
};

/** An end for the time line that is later than any footage: makes every instant seekable. */
const FAR_FUTURE_S = 4_102_444_800;

export class MediaBuffer {
  private readonly source: MediaSource;
  private readonly url: string;
  private buffer: SourceBuffer | null = null;
  private mime = "";
  private tail: Promise<void>;
  private closed = false;

  /** `live` keeps the duration open, which makes browsers prefer low delay to smoothness. */
  constructor(private readonly video: HTMLVideoElement, length: "live" | "recorded") {
    const Source = sourceConstructor();
    if (!Source) throw new Error("this browser has no Media Source");
    this.source = new Source();
    video.disableRemotePlayback = true;
    this.url = URL.createObjectURL(this.source);
    this.tail = new Promise((resolve) => {
      this.source.addEventListener(
        "sourceopen",
        () => {
          this.source.duration = length === "live" ? Infinity : FAR_FUTURE_S;
          resolve();
        },
        { once: true },
      );
    });
    video.src = this.url;
  }

  private enqueue(step: (buffer: SourceBuffer) => void): Promise<void> {
    const run = this.tail.then(
      () =>
        new Promise<void>((resolve, reject) => {
          const buffer = this.buffer;
          if (this.closed || !buffer || this.source.readyState === "closed") return resolve();
          const done = () => {
            buffer.removeEventListener("updateend", done);
            buffer.removeEventListener("error", failed);
            resolve();
          };
          const failed = () => {
            buffer.removeEventListener("updateend", done);
            buffer.removeEventListener("error", failed);
            reject(new Error(this.video.error?.message || "the browser refused the video data"));
          };
          buffer.addEventListener("updateend", done);
          buffer.addEventListener("error", failed);
          try {
            step(buffer);
            if (!buffer.updating) done();
          } catch (cause) {
            buffer.removeEventListener("updateend", done);
            buffer.removeEventListener("error", failed);
            reject(cause);
          }
        }),
    );
    this.tail = run.catch(() => undefined);
    return run;
  }

  /** Sets or changes the type of what follows. */
  expect(mime: string): Promise<void> {
    if (mime === this.mime) return this.tail;
    this.mime = mime;
    if (this.buffer) return this.enqueue((buffer) => buffer.changeType(mime));
    this.tail = this.tail.then(() => {
      if (!this.closed && this.source.readyState === "open") this.buffer = this.source.addSourceBuffer(mime);
    });
    return this.tail;
  }

  append(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.enqueue((buffer) => buffer.appendBuffer(bytes));
  }

  remove(from: number, to: number): Promise<void> {
    return from < to ? this.enqueue((buffer) => buffer.remove(from, to)) : this.tail;
  }

  /** Buffered stretches, ascending. */
  ranges(): { from: number; to: number }[] {
    if (this.closed || !this.buffer || this.source.readyState === "closed") return [];
    try {
      const { buffered } = this.buffer;
      return Array.from({ length: buffered.length }, (_, n) => ({ from: buffered.start(n), to: buffered.end(n) }));
    } catch {
      return []; // taken from its source meanwhile
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.video.removeAttribute("src");
    this.video.load();
    URL.revokeObjectURL(this.url);
  }
}
