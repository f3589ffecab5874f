// What a pointer or an arrow key does to a box, in pixels of the clip. Pure. Next: stage.tsx.

import { fitted, type PixelBox, type Plan } from "./plan";

export interface Point {
  x: number;
  y: number;
}

/** Corners and edges of a box that can be taken hold of, by the compass. */
export const GRIPS = ["nw", "n", "ne", "e", "se", "s", "sw", "w"] as const;
export type Grip = (typeof GRIPS)[number];

export const moved = (box: PixelBox, by: Point): PixelBox => ({ ...box, left: box.left + by.x, top: box.top + by.y });

/** A box pulled at `grip`; pulled through its other side it turns over. */
export function resized(box: PixelBox, grip: Grip, by: Point): PixelBox {
  const left = box.left + (grip.includes("w") ? by.x : 0);
  const right = box.left + box.width + (grip.includes("e") ? by.x : 0);
  const top = box.top + (grip.includes("n") ? by.y : 0);
  const bottom = box.top + box.height + (grip.includes("s") ? by.y : 0);
  return spanned({ x: left, y: top }, { x: right, y: bottom });
}

export function spanned(a: Point, b: Point): PixelBox {
  return { left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

export function gripAt(box: PixelBox, grip: Grip): Point {
  const x = grip.includes("w") ? box.left : grip.includes("e") ? box.left + box.width : box.left + box.width / 2;
  const y = grip.includes("n") ? box.top : grip.includes("s") ? box.top + box.height : box.top + box.height / 2;
  return { x, y };
}

/** What an arrow key makes of a box: moved, or with Shift larger and smaller at its lower right. */
export function nudged(box: PixelBox, key: string, shift: boolean, clip: Plan["clip"]): PixelBox | null {
  const step = Math.max(1, Math.round(clip.height_px / 144));
  const ways: Record<string, Point> = { ArrowLeft: { x: -step, y: 0 }, ArrowRight: { x: step, y: 0 }, ArrowUp: { x: 0, y: -step }, ArrowDown: { x: 0, y: step } };
  const by = ways[key];
  if (!by) return null;
  if (!shift) return fitted(moved(box, by), clip);
  return fitted({ ...box, width: Math.max(step, box.width + by.x), height: Math.max(step, box.height + by.y) }, clip);
}

/** A box of a standing person's shape in the middle of the picture, for whoever draws with keys. */
export function middle(clip: Plan["clip"]): PixelBox {
  const height = Math.round(clip.height_px / 3);
  const width = Math.round(height * 0.45);
  return { left: Math.round((clip.width_px - width) / 2), top: Math.round((clip.height_px - height) / 2), width, height };
}

/** Less than this on the screen is a click, not a drag. */
export const CLICK_PX = 4;
