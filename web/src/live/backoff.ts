// How long to wait before trying a broken live connection again: doubling from half a second to
// fifteen, each drawn from the upper half so that a wall of tiles doesn't return in one stampede.
// Next: live_player.ts.

const FIRST_S = 0.5;
const MOST_S = 15;

/** Seconds to wait before try `attempt` (0 = the first again). `draw` is uniform in [0, 1). */
export function backoff(attempt: number, draw: number): number {
  const full = Math.min(MOST_S, FIRST_S * 2 ** Math.min(attempt, 10));
  return full * (0.5 + draw / 2);
}
