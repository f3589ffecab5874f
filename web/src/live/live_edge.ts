// Where the live edge is and how fast to play to stay near it: pure arithmetic over arrival times.
// Fragments hold up to half a second, so a player that stays closer than one fragment runs dry; one
// that stays further away shows the past. Next: live_player.ts asks `steer` four times a second.

/** Above this many seconds behind the newest frame, the player jumps instead of hurrying. */
export const JUMP_BEHIND_S = 3;
const WINDOW_S = 10;
const MARGIN_S = 0.15;
const MOST_MARGIN_S = 0.6;

export type Steering = { kind: "rate"; rate: number } | { kind: "jump"; to: number };

export class LiveEdge {
  private arrivals: { at: number; end: number; length: number }[] = [];
  private margin = MARGIN_S;

  /** A fragment that ends at media time `end` and lasts `length` seconds came at `at` (monotonic seconds). */
  arrived(at: number, end: number, length: number): void {
    this.arrivals.push({ at, end, length });
    while (this.arrivals.length > 1 && this.arrivals[0]!.at < at - WINDOW_S) this.arrivals.shift();
  }

  /** The player ran dry: keep a little more in hand, for a while. */
  ranDry(): void {
    this.margin = Math.min(MOST_MARGIN_S, this.margin + 0.1);
  }

  /** The newest media time that could be on screen at monotonic time `at`. */
  edge(at: number): number | null {
    if (this.arrivals.length === 0) return null;
    return at + Math.max(...this.arrivals.map((a) => a.end - a.at));
  }

  /** How far behind the edge to stay. */
  target(): number {
    return Math.max(0.1, ...this.arrivals.map((a) => a.length)) + this.margin;
  }

  /** What to do when the player shows `position` at monotonic time `at`. */
  steer(at: number, position: number): Steering {
    const edge = this.edge(at);
    if (edge === null) return { kind: "rate", rate: 1 };
    this.margin = Math.max(MARGIN_S, this.margin - 0.002);
    const behind = edge - position;
    const excess = behind - this.target();
    if (behind > JUMP_BEHIND_S || behind < -1) return { kind: "jump", to: edge - this.target() };
    if (Math.abs(excess) < 0.06) return { kind: "rate", rate: 1 };
    return { kind: "rate", rate: Math.min(1.25, Math.max(0.9, 1 + excess * 0.3)) };
  }
}
