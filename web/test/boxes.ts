// Builds the few boxes that the tests need, independently of src/media/fmp4.ts (ISO/IEC 14496-12).

export function box(type: string, ...parts: (number[] | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const body = Uint8Array.from(parts.flatMap((part) => [...part]));
  return Uint8Array.from([...u32(8 + body.length), ...[...type].map((c) => c.charCodeAt(0)), ...body]);
}

export function u32(n: number): number[] {
  return [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
}

function u64(n: number): number[] {
  return [...u32(Math.floor(n / 2 ** 32)), ...u32(n % 2 ** 32)];
}

export function init(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...box("ftyp", [1, 2, 3, 4]), ...box("moov", box("avcC", [1, 0x64, 0, 0x1f, 0xff]))]);
}

/** A moof+mdat: `entries` are duration and composition offset per frame, in ticks. */
export function fragment(startTicks: number, entries: [duration: number, offset?: number][]): Uint8Array<ArrayBuffer> {
  const withOffsets = entries.some(([, offset]) => offset !== undefined);
  const trun = box(
    "trun",
    u32((withOffsets ? 0x01000000 : 0) | 0x1 | 0x100 | 0x200 | (withOffsets ? 0x800 : 0)),
    u32(entries.length),
    u32(0),
    entries.flatMap(([duration, offset]) => [...u32(duration), ...u32(5), ...(withOffsets ? u32((offset ?? 0) >>> 0) : [])]),
  );
  const tfdt = box("tfdt", u32(0x01000000), u64(startTicks));
  const traf = box("traf", box("tfhd", u32(0x020000), u32(1)), tfdt, trun);
  return Uint8Array.from([...box("moof", box("mfhd", u32(0), u32(1)), traf), ...box("mdat", [9, 9, 9, 9, 9])]);
}
