// Staying near the live edge, and coming back after a broken line.
import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../src/live/backoff";
import { LiveEdge } from "../src/live/live_edge";

/** Half-second fragments that arrive `delay` after their last frame. */
function fed(delay: number): LiveEdge {
  const edge = new LiveEdge();
  for (let end = 100.5; end <= 105; end += 0.5) edge.arrived(end + delay, end, 0.5);
  return edge;
}

test("at its target distance the player runs at 1×, further away a little faster, too near a little slower", () => {
  const edge = fed(0.1);
  const right = 104.9 - edge.target();
  assert.deepEqual(edge.steer(105, right), { kind: "rate", rate: 1 });
  const faster = edge.steer(105, right - 0.5);
  const slower = edge.steer(105, right + 0.2);
  assert.ok(faster.kind === "rate" && faster.rate > 1.1 && faster.rate <= 1.25);
  assert.ok(slower.kind === "rate" && slower.rate < 1 && slower.rate >= 0.9);
});

test("more than three seconds behind, the player jumps to its target", () => {
  const edge = fed(0.1);
  assert.deepEqual(edge.steer(105, 101), { kind: "jump", to: 104.9 - edge.target() });
});

test("the target leaves room for a whole fragment and stays under 1.5 seconds, even after running dry", () => {
  const edge = fed(0.1);
  assert.ok(edge.target() > 0.5 && edge.target() < 0.8, String(edge.target()));
  for (let n = 0; n < 50; n++) edge.ranDry();
  assert.ok(edge.target() < 1.2, String(edge.target()));
});

test("tries again after half a second, then ever later, never later than fifteen", () => {
  const waits = Array.from({ length: 12 }, (_, attempt) => backoff(attempt, 0.999));
  assert.ok(waits[0]! <= 0.5 && waits[0]! >= 0.25);
  waits.reduce((before, after) => (assert.ok(after >= before), after));
  assert.ok(Math.max(...waits) <= 15);
  assert.ok(backoff(20, 0) >= 7.5);
});
