// The plan for readers: one line for a camera and day, and nothing held among what goes.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PlanLine } from "../src/contract";
import { gathered } from "../src/retention/plan";

const line = (camera: string, minute: number, due: string, held: string[] = []): PlanLine => ({
  segment: `${camera}${minute}`,
  camera,
  start: `2026-10-01T10:0${minute}:00Z`,
  end: `2026-10-01T10:0${minute + 1}:00Z`,
  due,
  reason: "kept for 31 days",
  blocked_by: held,
});

test("segments that go together are one line, in order, by the site's days", () => {
  const lines = [line("gate", 0, "2026-11-01T22:30:00Z"), line("gate", 1, "2026-11-01T22:31:00Z"), line("lobby", 1, "2026-11-01T22:31:00Z"), line("gate", 2, "2026-11-01T22:32:00Z", ["h1"]), line("gate", 3, "2026-11-02T00:10:00Z")];
  const groups = gathered(lines, "Europe/London");
  assert.deepEqual(
    groups.map((group) => [group.camera, group.segments, group.holds.length]),
    [["gate", 2, 0], ["lobby", 1, 0], ["gate", 1, 1], ["gate", 1, 0]],
  );
  assert.equal(groups[0]!.recorded.to - groups[0]!.recorded.from, 120);
  // Half past ten in the evening in London is another day's business in Berlin, an hour and a half on.
  assert.equal(gathered([lines[0]!, line("gate", 3, "2026-11-01T23:30:00Z")], "Europe/London").length, 1);
  assert.equal(gathered([lines[0]!, line("gate", 3, "2026-11-01T23:30:00Z")], "Europe/Berlin").length, 2);
});
