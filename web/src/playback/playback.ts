// Plays one camera's recordings in one video element. The video's currentTime is unix seconds. It
// decides what to play and when to jump: across gaps (saying so), to a typed time, frame by frame
// (times read from the fragments, so exact). Fetching is feeder.ts's; this file asks it for what is
// missing ahead or behind. Next: feeder.ts; pages/recordings.tsx shows what it reports.

import { boxNow } from "../api";
import type { Problem, PurposeKind } from "../contract";
import { MediaBuffer, notPlayable, plays } from "../media/media_buffer";
import type { Interval } from "../site_time";
import { type Coverage, endBefore, isRecorded, missing, nextRecorded, nothingKnown } from "./coverage";
import { Feeder } from "./feeder";
import { FrameTimes } from "./frame_times";

export const RATES = [1, 2, 4, 8, 16] as const;
export type Rate = (typeof RATES)[number];

export interface PlaybackReport {
  at: number;
  state: "loading" | "playing" | "paused" | "ended" | "failed";
  rate: Rate;
  /** The stretch just jumped over, while worth mentioning. */
  skipped: Interval | null;
  problem: Problem | null;
}

export interface Footage {
  cameraId: string;
  viewId: string;
  /** What the viewing is for: restricted footage plays for a legal claim only. */
  purpose: PurposeKind;
  mime: string | null;
}

/** Gaps shorter than this are crossed without a word. */
const WORTH_SAYING_S = 0.9;
const SAY_FOR_MS = 8000;
const KEEP_BEHIND_S = 30;
const ANY_H264 = 'video/mp4; codecs="avc1.42e01e"';
/** Fast playing that comes this close to now goes on at 1×: there is nothing further to hurry to. */
const CAUGHT_UP_S = 6;

export class Playback {
  private reel: { buffer: MediaBuffer; feeder: Feeder } | null = null;
  private readonly frames = new FrameTimes();
  private coverage: Coverage = nothingKnown;
  private rate: Rate = 1;
  private wanted = 0;
  private playing = false;
  private skipped: { span: Interval; until: number } | null = null;
  private problem: Problem | null = null;
  private ended = false;
  private steps = 0;
  private readonly ticker: number;
  private lastTrim = 0;
  private dryTicks = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly footage: Footage,
    private readonly tell: (report: PlaybackReport) => void,
  ) {
    video.muted = true;
    video.playsInline = true;
    this.ticker = window.setInterval(() => this.tick(), 100);
  }

  destroy(): void {
    window.clearInterval(this.ticker);
    this.reel?.feeder.stop();
    this.reel?.buffer.close();
  }

  know(coverage: Coverage): void {
    this.coverage = coverage;
  }

  /** Goes to `at`; where nothing is recorded, to the next recording after it, and says so. */
  seek(at: number): void {
    this.steps++;
    this.ended = false;
    this.skipped = null;
    let to = Math.min(at, boxNow() - 1);
    const { known } = this.coverage;
    if (known.from <= to && to < known.to && !isRecorded(this.coverage, to)) {
      const next = nextRecorded(this.coverage, to);
      if (next === null) to = (endBefore(this.coverage, to) ?? to + 1) - 1;
      else if (next > to) {
        this.mention({ from: to, to: next });
        to = next;
      }
    }
    if (this.problem || !this.holds(to)) this.open(to);
    this.show(to);
    this.report();
  }

  play(): void {
    this.playing = true;
    if (this.ended) this.seek(this.wanted);
    this.video.play().catch(() => undefined);
    this.report();
  }

  /** Stands still, on the very frame whose time is shown: a paused clock may be ahead of the picture. */
  pause(): void {
    this.playing = false;
    this.video.pause();
    const shown = this.frames.shown(this.position());
    if (shown !== undefined && !this.video.seeking) this.show(this.frames.within(shown));
    this.report();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  setRate(rate: Rate): void {
    const thin = rate >= 8;
    const reopen = this.reel && thin !== this.rate >= 8;
    this.rate = rate;
    if (reopen) {
      const at = this.position();
      this.open(at);
      this.show(at);
    }
    this.applyRate();
    this.report();
  }

  /** Shows the next or the previous frame, and stands still there. */
  async step(by: 1 | -1): Promise<void> {
    const turn = ++this.steps;
    this.pause();
    if (this.rate >= 8) this.setRate(1);
    for (let tries = 0; tries < 60 && turn === this.steps; tries++) {
      const to = this.video.seeking ? undefined : this.frames.step(this.position(), by);
      if (to !== undefined) {
        const from = this.frames.shown(this.position());
        if (from !== undefined && Math.abs(to - from) > WORTH_SAYING_S) this.mention({ from: Math.min(from, to), to: Math.max(from, to) });
        this.show(this.frames.within(to));
        this.report();
        return;
      }
      if (by === -1 && this.frames.first !== undefined && !this.video.seeking) {
        const before = endBefore(this.coverage, this.frames.first - 0.001);
        if (before === null) return;
        await this.reel?.feeder.fetchBehind({ from: Math.max(0, before - 1), to: before });
      }
      await new Promise((resolve) => window.setTimeout(resolve, 50));
    }
  }

  /** The time of the frame on screen, or of the position asked for while it loads. */
  position(): number {
    return this.video.readyState >= 1 && this.video.currentTime > 0 ? this.video.currentTime : this.wanted;
  }

  frameTime(): number {
    return this.frames.shown(this.position()) ?? this.position();
  }

  private show(at: number): void {
    this.wanted = at;
    this.video.currentTime = at;
    if (this.playing) this.video.play().catch(() => undefined);
  }

  private holds(at: number): boolean {
    return this.reel !== null && this.reel.buffer.ranges().some((r) => r.from <= at && at < r.to - 0.05) && this.reel.feeder.covers(at);
  }

  private open(at: number): void {
    this.reel?.feeder.stop();
    this.reel?.buffer.close();
    this.reel = null;
    this.frames.clear();
    this.problem = null;
    if (!plays(ANY_H264)) {
      this.problem = notPlayable;
      return;
    }
    const buffer = new MediaBuffer(this.video, "recorded");
    const detail = this.rate >= 8 ? "key" : "every";
    const feeder = new Feeder(this.footage, buffer, this.frames, detail, at, () => this.coverage, {
      failed: (problem) => {
        this.problem = problem;
        this.report();
      },
    });
    this.reel = { buffer, feeder };
    this.applyRate();
    void feeder.run(() => ({ position: this.position(), rate: this.rate }));
  }

  private applyRate(): void {
    this.video.defaultPlaybackRate = this.rate;
    this.video.playbackRate = this.rate;
  }

  /** Says that a stretch was jumped, as far as it is missing and worth a word. */
  private mention(jumped: Interval): void {
    const span = missing(this.coverage, jumped);
    if (span && span.to - span.from >= WORTH_SAYING_S) this.skipped = { span, until: performance.now() + SAY_FOR_MS };
  }

  private tick(): void {
    if (!this.reel) return;
    const { video } = this;
    const { buffer, feeder } = this.reel;
    if (video.error && !this.problem) {
      this.problem = {
        type: "about:blank",
        title: "This browser could not decode the recording.",
        status: 0,
        detail: "Try another moment, or export the range and play it elsewhere.",
        code: "not_decodable",
      };
    }
    this.crossGap(buffer.ranges(), feeder);
    if (this.playing && this.rate > 1 && boxNow() - this.position() < CAUGHT_UP_S) this.setRate(1);
    if (this.skipped && performance.now() > this.skipped.until) this.skipped = null;
    if (performance.now() - this.lastTrim > 5000) {
      this.lastTrim = performance.now();
      const until = this.position() - KEEP_BEHIND_S * Math.max(1, this.rate);
      if (buffer.ranges().some((r) => r.from < until)) {
        // What depended on a removed key frame goes with it, so the buffer says what is left.
        const forget = () => this.frames.forgetBefore(buffer.ranges()[0]?.from ?? until);
        buffer.remove(0, until).then(forget, () => undefined);
      }
    }
    this.report();
  }

  /** Where the buffer ends and everything up to its next stretch was asked for, go on there. */
  private crossGap(ranges: Interval[], feeder: Feeder): void {
    const at = this.position();
    const inside = ranges.find((r) => r.from <= at + 0.001 && at < r.to);
    const dry = this.video.readyState < 3 || this.video.seeking;
    this.dryTicks = dry ? this.dryTicks + 1 : 0;
    // Fast players stop short of a buffer's end, by more the faster they are.
    if (inside && (inside.to - at > 0.3 + 0.1 * this.rate || this.dryTicks < 2)) return;
    const next = ranges.find((r) => r.from > at && r !== inside);
    if (next && feeder.covers(next.from)) {
      if (!inside && this.frames.shown(at) === undefined && next.from - at < 0.001) return;
      this.mention({ from: inside ? inside.to : at, to: next.from });
      this.show(next.from + 0.001);
      return;
    }
    this.ended = !next && feeder.exhausted;
    if (this.ended && this.playing && !this.video.seeking) {
      this.playing = false;
      this.video.pause();
    }
  }

  private report(): void {
    const at = this.frameTime();
    const loading = this.video.seeking || (this.playing && this.video.readyState < 3);
    this.tell({
      at,
      state: this.problem ? "failed" : this.ended ? "ended" : loading ? "loading" : this.playing ? "playing" : "paused",
      rate: this.rate,
      skipped: this.skipped?.span ?? null,
      problem: this.problem,
    });
  }
}
