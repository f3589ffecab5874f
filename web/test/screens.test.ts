// Zooming inside a day, addresses, and which key does what.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRoute } from "../src/route";
import { clamp, follow, NARROWEST_S, pan, toInstant, toX, zoom, zoomAround } from "../src/timeline/scale";

const day = { from: 1000, to: 1000 + 86400 };

test("zooming keeps the instant under the pointer where it is, and stays inside the day", () => {
  const anchor = 1000 + 30000;
  const near = zoom(day, 0.1, anchor, day);
  assert.ok(Math.abs(toX(anchor, near, 900) - toX(anchor, day, 900)) < 1e-6);
  let view = day;
  for (let n = 0; n < 30; n++) view = zoom(view, 0.5, anchor, day);
  assert.ok(Math.abs(view.to - view.from - NARROWEST_S) < 1e-6);
  for (let n = 0; n < 30; n++) view = zoom(view, 2, anchor, day);
  assert.deepEqual(view, day);
});

test("just after midnight a close view still shows what lies before the player, half of it", () => {
  const player = day.from + 2700;
  let view = day;
  for (let n = 0; n < 12; n++) view = zoomAround(view, 0.5, player, day);
  assert.deepEqual(view, { from: player - NARROWEST_S / 2, to: player + NARROWEST_S / 2 });
  assert.deepEqual(zoomAround(view, 0.5, day.from + 10, day), { from: day.from, to: day.from + NARROWEST_S });
});

test("panning stops at the ends of the day and following keeps the zoom", () => {
  const view = { from: 2000, to: 5600 };
  assert.deepEqual(pan(view, -9000, day), { from: 1000, to: 4600 });
  assert.deepEqual(clamp({ from: 90000, to: 93600 }, day), { from: day.to - 3600, to: day.to });
  assert.equal(follow(view, 3000, day), view);
  const moved = follow(view, 6000, day);
  assert.ok(moved.from < 6000 && moved.to > 6000 && moved.to - moved.from === 3600);
  assert.ok(Math.abs(toInstant(toX(3333, view, 640), view, 640) - 3333) < 1e-6);
});

test("addresses lead to pages, with camera and instant after the hash", () => {
  assert.deepEqual(parseRoute(""), { page: "grid" });
  assert.deepEqual(parseRoute("#/cameras/gate%20a?at=2026-11-24T10%3A00%3A00Z"), { page: "camera", id: "gate a", at: "2026-11-24T10:00:00Z" });
  assert.deepEqual(parseRoute("#/exports"), { page: "exports" });
  assert.deepEqual(parseRoute("#/holds"), { page: "holds" });
  assert.deepEqual(parseRoute("#/holds/4f2a"), { page: "hold", id: "4f2a" });
  assert.deepEqual(parseRoute("#/requests"), { page: "requests" });
  assert.deepEqual(parseRoute("#/requests/HF-2026-000123"), { page: "request", id: "HF-2026-000123" });
  assert.deepEqual(parseRoute("#/nonsense"), { page: "unknown" });
});
