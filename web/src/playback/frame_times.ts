// The presentation times of the frames in the player's buffer: what makes a step of one frame exact.
// Pure. Next: playback.ts feeds it from each appended fragment.

/** A frame is on screen from its time on; the timeline tells whole milliseconds, so look a little later. */
const ROUNDING_S = 0.0011;

export class FrameTimes {
  private times: number[] = [];

  add(frames: readonly number[]): void {
    const last = this.times.at(-1);
    if (last === undefined || (frames[0] ?? 0) > last) {
      this.times.push(...frames);
      return;
    }
    const merged = [...this.times, ...frames].sort((a, b) => a - b);
    this.times = merged.filter((t, n) => n === 0 || t - merged[n - 1]! > ROUNDING_S);
  }

  forgetBefore(at: number): void {
    const keep = this.times.findIndex((t) => t >= at);
    this.times = keep < 0 ? [] : this.times.slice(keep);
  }

  clear(): void {
    this.times = [];
  }

  get first(): number | undefined {
    return this.times[0];
  }

  /** Index of the frame on screen at `at`; -1 before the first. */
  private indexAt(at: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle]! <= at + ROUNDING_S) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Time of the frame on screen at `at`. */
  shown(at: number): number | undefined {
    return this.times[this.indexAt(at)];
  }

  /** Time of the frame `by` frames from the one on screen at `at`; undefined when it isn't here. */
  step(at: number, by: 1 | -1): number | undefined {
    const index = this.indexAt(at);
    if (index < 0) return by === 1 ? this.times[0] : undefined;
    return this.times[index + by];
  }

  /** An instant at which the frame that begins at `time` is surely on screen. */
  within(time: number): number {
    const next = this.times[this.indexAt(time) + 1];
    return time + (next === undefined ? 0.002 : Math.min(0.002, (next - time) / 2));
  }
}
