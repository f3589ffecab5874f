// Reads the little of ISO/IEC 14496-12 that playing needs: cuts a byte stream into initialisation
// segments (ftyp+moov) and fragments (moof+mdat), and tells the presentation time of every frame in
// a fragment (tfdt + trun, 90 kHz ticks since the unix epoch). Refuses boxes that overrun their
// parent. Next: playback/ and live/ append the pieces and step through the frame times.

export type Piece =
  | { kind: "init"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "fragment"; bytes: Uint8Array<ArrayBuffer> };

interface Box {
  type: string;
  /** Offset of the box's payload, and of its end. */
  body: number;
  end: number;
}

export class MalformedMedia extends Error {}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The box at `offset`, or null when its header isn't there yet. */
function boxAt(data: DataView, offset: number): Box | null {
  if (offset + 8 > data.byteLength) return null;
  let size = data.getUint32(offset);
  const type = String.fromCharCode(data.getUint8(offset + 4), data.getUint8(offset + 5), data.getUint8(offset + 6), data.getUint8(offset + 7));
  let header = 8;
  if (size === 1) {
    if (offset + 16 > data.byteLength) return null;
    size = Number(data.getBigUint64(offset + 8));
    header = 16;
  }
  if (size < header) throw new MalformedMedia(`box ${type} claims ${size} bytes`);
  return { type, body: offset + header, end: offset + size };
}

function* children(data: DataView, from: number, to: number): Generator<Box> {
  for (let at = from; at < to; ) {
    const box = boxAt(data, at);
    if (!box || box.end > to) throw new MalformedMedia("a box overruns its parent");
    yield box;
    at = box.end;
  }
}

function find(data: DataView, parent: { body: number; end: number }, type: string): Box | null {
  for (const box of children(data, parent.body, parent.end)) if (box.type === type) return box;
  return null;
}

/** Cuts a stream into pieces, whatever the sizes in which it arrives. */
export class PieceCutter {
  private pending = new Uint8Array(0);

  /** The pieces completed by `chunk`. */
  push(chunk: Uint8Array): Piece[] {
    const joined = new Uint8Array(this.pending.length + chunk.length);
    joined.set(this.pending);
    joined.set(chunk, this.pending.length);
    const data = view(joined);
    const pieces: Piece[] = [];
    let start = 0;
    let at = 0;
    for (;;) {
      const box = boxAt(data, at);
      if (!box || box.end > joined.length) break;
      at = box.end;
      if (box.type === "moov") pieces.push({ kind: "init", bytes: joined.slice(start, at) });
      else if (box.type === "mdat") pieces.push({ kind: "fragment", bytes: joined.slice(start, at) });
      else continue;
      start = at;
    }
    this.pending = joined.slice(start);
    return pieces;
  }
}

export const TICKS_PER_SECOND = 90_000;

export interface FragmentTimes {
  /** Presentation times in unix seconds, ascending. */
  frames: number[];
  /** End of the last frame in decode order, unix seconds. */
  end: number;
}

/** Presentation times of a fragment's frames (ISO/IEC 14496-12, 8.8.7, 8.8.8, 8.8.12). */
export function fragmentTimes(bytes: Uint8Array): FragmentTimes {
  const data = view(bytes);
  const moof = find(data, { body: 0, end: bytes.length }, "moof");
  const traf = moof && find(data, moof, "traf");
  const tfhd = traf && find(data, traf, "tfhd");
  const tfdt = traf && find(data, traf, "tfdt");
  if (!traf || !tfhd || !tfdt) throw new MalformedMedia("a fragment without traf, tfhd or tfdt");
  let decode = data.getUint8(tfdt.body) === 1 ? Number(data.getBigUint64(tfdt.body + 4)) : data.getUint32(tfdt.body + 4);
  const ofDefault = defaultDuration(data, tfhd);
  const frames: number[] = [];
  for (const trun of children(data, traf.body, traf.end)) {
    if (trun.type !== "trun") continue;
    const layout = trunLayout(data, trun);
    for (let n = 0; n < layout.count; n++) {
      const entry = layout.first + n * layout.stride;
      const offset = layout.compositionAt === null ? 0 : layout.version === 0 ? data.getUint32(entry + layout.compositionAt) : data.getInt32(entry + layout.compositionAt);
      frames.push((decode + offset) / TICKS_PER_SECOND);
      decode += layout.durationAt === null ? (ofDefault?.ticks ?? 0) : data.getUint32(entry + layout.durationAt);
    }
  }
  frames.sort((a, b) => a - b);
  return { frames, end: decode / TICKS_PER_SECOND };
}

function defaultDuration(data: DataView, tfhd: Box): { ticks: number; at: number } | null {
  const flags = data.getUint32(tfhd.body) & 0xffffff;
  if (!(flags & 0x8)) return null;
  const at = tfhd.body + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
  return { ticks: data.getUint32(at), at };
}

function trunLayout(data: DataView, trun: Box) {
  const flags = data.getUint32(trun.body) & 0xffffff;
  const count = data.getUint32(trun.body + 4);
  const first = trun.body + 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
  let stride = 0;
  const field = (flag: number) => (flags & flag ? (stride += 4) - 4 : null);
  const durationAt = field(0x100);
  field(0x200);
  field(0x400);
  const compositionAt = field(0x800);
  if (first + count * stride > trun.end) throw new MalformedMedia("trun overruns its box");
  return { version: data.getUint8(trun.body), count, first, stride, durationAt, compositionAt };
}

/**
 * Lets the last frame of a fragment last until `end` (unix seconds), longer or shorter than it did:
 * with key frames only, each picture stands until the next, and the player sees neither holes nor
 * overlaps. Fragments that give no duration of their own are left as they are.
 */
export function endLastFrameAt(bytes: Uint8Array, end: number): void {
  const data = view(bytes);
  const moof = find(data, { body: 0, end: bytes.length }, "moof");
  const traf = moof && find(data, moof, "traf");
  const tfhd = traf && find(data, traf, "tfhd");
  if (!traf || !tfhd) return;
  const { end: now } = fragmentTimes(bytes);
  const more = Math.round((end - now) * TICKS_PER_SECOND);
  const trun = [...children(data, traf.body, traf.end)].filter((box) => box.type === "trun").at(-1);
  if (!trun) return;
  const layout = trunLayout(data, trun);
  const ofDefault = defaultDuration(data, tfhd);
  if (layout.durationAt !== null && layout.count > 0) {
    const at = layout.first + (layout.count - 1) * layout.stride + layout.durationAt;
    data.setUint32(at, Math.max(1, data.getUint32(at) + more));
  } else if (ofDefault && layout.count === 1) {
    data.setUint32(ofDefault.at, Math.max(1, ofDefault.ticks + more));
  }
}

/**
 * The MSE type of an initialisation segment: needed when parameters change in mid-stream, as the
 * HTTP header names only the first. Null when the sample entry is neither H.264 nor H.265.
 */
export function mimeOfInit(bytes: Uint8Array): string | null {
  const text = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  const hex = (n: number | undefined) => (n ?? 0).toString(16).padStart(2, "0");
  for (let at = 4; at + 8 <= bytes.length; at++) {
    // avcC: version, profile, compatibility, level (ISO/IEC 14496-15, 5.3.3.1).
    if (text(at) === "avcC") return `video/mp4; codecs="avc1.${hex(bytes[at + 5])}${hex(bytes[at + 6])}${hex(bytes[at + 7])}"`;
    if (text(at) === "hvcC" && at + 17 <= bytes.length) {
      // hvcC: version, profile space/tier/idc, compatibility (32), constraints (48), level (8.3.3.1).
      const profile = bytes[at + 5] ?? 1;
      const level = bytes[at + 16] ?? 93;
      return `video/mp4; codecs="hvc1.${profile & 0x1f}.${reversedBits(view(bytes).getUint32(at + 6)).toString(16)}.${profile & 0x20 ? "H" : "L"}${level}"`;
    }
  }
  return null;
}

function reversedBits(word: number): number {
  let out = 0;
  for (let n = 0; n < 32; n++) if (word & (1 << n)) out |= 1 << (31 - n);
  return out >>> 0;
}
