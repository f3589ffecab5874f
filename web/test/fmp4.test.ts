// Cutting a stream into pieces and reading frame times out of fragments.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fragmentTimes, MalformedMedia, mimeOfInit, PieceCutter, endLastFrameAt } from "../src/media/fmp4";
import { box, fragment, init } from "./boxes";

const EPOCH_TICKS = 1_795_522_963 * 90_000;

test("pieces come out whole, whatever the sizes in which the stream arrives", () => {
  const whole = [init(), fragment(0, [[6000]]), fragment(6000, [[6000]]), init(), fragment(12000, [[6000]])];
  const stream = Uint8Array.from(whole.flatMap((piece) => [...piece]));
  for (const size of [1, 3, 7, 64, stream.length]) {
    const cutter = new PieceCutter();
    const pieces = [];
    for (let at = 0; at < stream.length; at += size) pieces.push(...cutter.push(stream.slice(at, at + size)));
    assert.deepEqual(pieces.map((p) => p.kind), ["init", "fragment", "fragment", "init", "fragment"], `chunks of ${size}`);
    assert.deepEqual(pieces.map((p) => [...p.bytes]), whole.map((p) => [...p]), `chunks of ${size}`);
  }
});

test("frame times are unix seconds, in the order shown, with reordered frames sorted", () => {
  const { frames, end } = fragmentTimes(fragment(EPOCH_TICKS, [[3000, 3000], [3000, 9000], [3000, 0]]));
  assert.deepEqual(frames.map((t) => Math.round((t - 1_795_522_963) * 90_000)), [3000, 6000, 12000]);
  assert.equal(Math.round((end - 1_795_522_963) * 90_000), 9000);
});

test("the last frame ends where it is told to, later or earlier, and others keep their times", () => {
  const bytes = fragment(EPOCH_TICKS, [[3000], [3000]]);
  endLastFrameAt(bytes, 1_795_522_963 + 2);
  const { frames, end } = fragmentTimes(bytes);
  assert.equal(Math.round((frames[1]! - 1_795_522_963) * 90_000), 3000);
  assert.equal(end, 1_795_522_965);
  endLastFrameAt(bytes, 1_795_522_963 + 1);
  assert.equal(fragmentTimes(bytes).end, 1_795_522_964);
});

test("a box that overruns its parent is refused, not read past", () => {
  const bytes = fragment(0, [[3000]]);
  const traf = [...bytes].findIndex((_, n) => String.fromCharCode(...bytes.slice(n, n + 4)) === "traf");
  bytes[traf - 2] = 0xff;
  assert.throws(() => fragmentTimes(bytes), MalformedMedia);
  assert.throws(() => new PieceCutter().push(Uint8Array.from([0, 0, 0, 3, 1, 1, 1, 1])), MalformedMedia);
});

test("the type of new parameters is read from their sample entry", () => {
  assert.equal(mimeOfInit(init()), 'video/mp4; codecs="avc1.64001f"');
  const hvcC = box("hvcC", [1, 0x01, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 93, 0]);
  assert.equal(mimeOfInit(box("moov", hvcC)), 'video/mp4; codecs="hvc1.1.6.L93"');
  assert.equal(mimeOfInit(box("moov", box("mp4a"))), null);
});
