// Fetches recordings in windows ahead of the player (GET /media), cuts them into fragments, appends
// what isn't there yet, and notes the frame times. Stops asking when enough is in hand, goes on after
// gaps, and waits at the end of today's recording for more. Next: playback.ts owns it.

import { boxNow, path, problemFrom, ProblemError, request } from "../api";
import type { Problem } from "../contract";
import { fragmentTimes, mimeOfInit, PieceCutter, endLastFrameAt } from "../media/fmp4";
import { type MediaBuffer, notPlayable, plays } from "../media/media_buffer";
import { type Interval, toRfc3339 } from "../site_time";
import { type Coverage, nextRecorded } from "./coverage";
import { timeline } from "./timeline_fetch";
import type { FrameTimes } from "./frame_times";
import type { Footage } from "./playback";

const WINDOW_S = 60;
/** Ask for the next window when less than this is in hand, at 1×. */
const AHEAD_S = 25;
/** A key frame stands at most this long; a longer silence is a gap. */
const LONGEST_KEY_INTERVAL_S = 12;
/** Media closer to now than this may still be on its way to the disk. */
const SETTLING_S = 3;
const LOOK_AHEAD_S = 86_400;

interface Demand {
  position: number;
  rate: number;
}

export class Feeder {
  private readonly abort = new AbortController();
  private cursor: number;
  private readonly start: number;
  private appendedTo = 0;
  private demand: () => Demand = () => ({ position: this.start, rate: 1 });
  /** End of the fragment appended last, wherever it lies: what follows it needs no key frame. */
  private joinable = NaN;
  private init: Uint8Array | null = null;
  /** Fragments of this answer that are here already; needed again if what follows doesn't join on. */
  private known: Uint8Array<ArrayBuffer>[] = [];
  private turn: Promise<void> = Promise.resolve();
  private lastKey = -Infinity;
  private held: { bytes: Uint8Array<ArrayBuffer>; end: number } | null = null;
  /** Nothing more is recorded after what is here. */
  exhausted = false;

  constructor(
    private readonly footage: Footage,
    private readonly buffer: MediaBuffer,
    private readonly frames: FrameTimes,
    private readonly detail: "every" | "key",
    at: number,
    private readonly coverage: () => Coverage,
    private readonly events: { failed: (problem: Problem) => void },
  ) {
    this.cursor = at;
    this.start = at;
  }

  stop(): void {
    this.abort.abort();
  }

  /** Whether everything between the start and `at` was asked for. */
  covers(at: number): boolean {
    return at <= Math.max(this.cursor, this.appendedTo) + 0.001 && (at >= this.start - 0.001 || this.frames.shown(at) !== undefined);
  }

  async run(demand: () => Demand): Promise<void> {
    this.demand = demand;
    const { signal } = this.abort;
    while (!signal.aborted) {
      try {
        const { position, rate } = demand();
        if (this.appendedTo - position > AHEAD_S * rate) await rest(200, signal);
        else if (!(await this.fetchNext(rate))) await rest(1500, signal);
      } catch (thrown) {
        if (signal.aborted) return;
        const problem = problemFrom(thrown);
        if (problem.code === "unreachable" && this.appendedTo > 0) {
          await rest(2000, signal);
          continue;
        }
        return this.events.failed(problem);
      }
    }
  }

  /** Asks for one window; false when there is nothing to ask for just now. */
  private async fetchNext(rate: number): Promise<boolean> {
    const now = boxNow();
    const length = this.detail === "key" ? Math.max(WINDOW_S, 30 * rate) : WINDOW_S;
    const to = Math.min(this.cursor + length, now);
    if (to - this.cursor < 1) {
      this.exhausted = false;
      return false;
    }
    const before = this.appendedTo;
    const found = await this.fetch({ from: this.cursor, to });
    if (!found) {
      const settled = to < now - SETTLING_S;
      // Where the whole stretch is younger than that, nothing there yet isn't the end.
      const silent = this.cursor < now - SETTLING_S;
      const next = nextRecorded(this.coverage(), to) ?? (settled ? await this.lookAhead(to, now) : null);
      if (next !== null) this.cursor = Math.max(next, to);
      this.exhausted = next === null && silent;
      await this.release(null);
      return next !== null;
    }
    this.cursor = to > now - SETTLING_S ? Math.max(this.cursor, Math.min(to, this.appendedTo)) : Math.max(to, this.appendedTo);
    this.exhausted = false;
    return this.appendedTo > before;
  }

  /** The next recorded instant after `from`, found in stretches of timeline that grow from a day. */
  private async lookAhead(from: number, now: number): Promise<number | null> {
    let reach = LOOK_AHEAD_S;
    for (let at = from; at < now - SETTLING_S; at += reach, reach *= 2) {
      const span = { from: at, to: Math.min(at + reach, now) };
      const next = nextRecorded(await timeline(this.footage.cameraId, this.footage.purpose, span, this.abort.signal), at);
      if (next !== null) return next;
    }
    return null;
  }

  /** Fetches a stretch before what is here, for stepping backwards. */
  async fetchBehind(span: Interval): Promise<void> {
    try {
      await this.inTurn(span, "again");
    } catch (thrown) {
      if (!this.abort.signal.aborted && !isNothingRecorded(thrown)) this.events.failed(problemFrom(thrown));
    }
  }

  private async fetch(span: Interval): Promise<boolean> {
    try {
      await this.inTurn(span, "onward");
      return true;
    } catch (thrown) {
      // Once something plays, a restricted stretch is passed over like a gap.
      if (isNothingRecorded(thrown) || (isRestricted(thrown) && this.appendedTo > 0)) return false;
      throw thrown;
    }
  }

  /** One answer at a time: pieces of two must not mix in the buffer. */
  private inTurn(span: Interval, manner: "onward" | "again"): Promise<void> {
    const run = this.turn.then(() => this.stream(span, manner));
    this.turn = run.catch(() => undefined);
    return run;
  }

  private async stream(span: Interval, manner: "onward" | "again"): Promise<void> {
    const { cameraId, viewId, mime } = this.footage;
    const ask = (codec: string | undefined) =>
      request(
        path.camera(cameraId, "media", {
          from: toRfc3339(span.from),
          to: toRfc3339(span.to),
          view: viewId,
          frames: this.detail === "key" ? "key" : undefined,
          codec,
        }),
        { signal: this.abort.signal },
      );
    let response = await ask(mime && !plays(mime) ? "h264" : undefined);
    let type = response.headers.get("content-type") ?? "";
    if (!plays(type)) {
      await response.body?.cancel();
      response = await ask("h264");
      type = response.headers.get("content-type") ?? "";
      if (!plays(type)) throw new ProblemError(notPlayable);
    }
    if (!response.body) return;
    const cutter = new PieceCutter();
    const reader = response.body.getReader();
    let first = true;
    this.known = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      for (const piece of cutter.push(value)) {
        if (piece.kind === "init") {
          if (this.init && sameBytes(this.init, piece.bytes)) continue;
          await this.release(null);
          await this.buffer.expect((first && !this.init ? null : mimeOfInit(piece.bytes)) ?? type);
          await this.buffer.append(piece.bytes);
          this.init = piece.bytes;
          this.joinable = NaN; // after new parameters a player waits for a key frame
          first = false;
        } else await this.take(piece.bytes, manner);
      }
    }
  }

  private async take(bytes: Uint8Array<ArrayBuffer>, manner: "onward" | "again"): Promise<void> {
    const { frames, end } = fragmentTimes(bytes);
    const begin = frames[0];
    if (begin === undefined) return;
    if (this.detail === "key") return this.takeKeyFrame(bytes, begin, end);
    if (manner === "onward" && end <= this.appendedTo + 0.001) {
      this.known.push(bytes);
      return;
    }
    if (Math.abs(begin - this.joinable) > 0.001) for (const again of this.known) await this.put(again);
    this.known = [];
    await this.put(bytes);
    this.joinable = end;
    if (manner === "onward") this.appendedTo = Math.max(this.appendedTo, end);
    this.frames.add(frames);
  }

  /** Holds a key frame back until the next one tells how long it stands, across answers too. */
  private async takeKeyFrame(bytes: Uint8Array<ArrayBuffer>, begin: number, end: number): Promise<void> {
    if (begin <= this.lastKey + 0.001) return;
    await this.release(begin);
    this.held = { bytes, end };
    this.lastKey = begin;
    this.appendedTo = Math.max(this.appendedTo, begin);
    this.frames.add([begin]);
  }

  /** Appends the key frame held back, lasting until `next` where that follows closely enough. */
  private async release(next: number | null): Promise<void> {
    const { held } = this;
    this.held = null;
    if (!held) return;
    if (next !== null && next - this.lastKey < LONGEST_KEY_INTERVAL_S) endLastFrameAt(held.bytes, next);
    await this.put(held.bytes);
  }

  private async put(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await this.buffer.append(bytes);
    } catch (thrown) {
      if (!(thrown instanceof DOMException && thrown.name === "QuotaExceededError")) throw thrown;
      // Full: let go of what was played, wait for the player to go on, and try until it fits.
      for (let tries = 0; !this.abort.signal.aborted; tries++) {
        await this.buffer.remove(0, this.demand().position - 5);
        await rest(500, this.abort.signal);
        try {
          return await this.buffer.append(bytes);
        } catch (again) {
          if (!(again instanceof DOMException && again.name === "QuotaExceededError") || tries > 600) throw again;
        }
      }
    }
  }
}

function isNothingRecorded(thrown: unknown): boolean {
  return thrown instanceof ProblemError && thrown.problem.code === "nothing_recorded";
}

function isRestricted(thrown: unknown): boolean {
  return thrown instanceof ProblemError && thrown.problem.code === "restricted";
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
