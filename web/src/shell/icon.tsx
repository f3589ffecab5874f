// The few drawn signs of the player, 20 × 20, in the colour of the text around them.

import type { JSX } from "preact";

const shapes = {
  play: "M6 4l10 6-10 6z",
  pause: "M5 4h3.5v12H5zM11.5 4H15v12h-3.5z",
  "frame-back": "M14 4L6 10l8 6zM3.5 4h2v12h-2z",
  "frame-forward": "M6 4l8 6-8 6zM14.5 4h2v12h-2z",
  back: "M10 4L3 10l7 6zM17 4l-7 6 7 6z",
  forward: "M10 4l7 6-7 6zM3 4l7 6-7 6z",
  previous: "M12.5 4L6 10l6.5 6 1.5-1.6L9.2 10 14 5.6z",
  next: "M7.5 4L14 10l-6.5 6L6 14.4 10.8 10 6 5.6z",
  plus: "M9 4h2v5h5v2h-5v5H9v-5H4V9h5z",
  minus: "M4 9h12v2H4z",
  help: "M7 7.2C7 5 8.6 4 10.2 4 12 4 13.4 5.100 13.400 6.900c0 2.500-2.600 2.500-2.600 4.700H9.100c0-3 2.500-3.100 2.500-4.600 0-.8-.6-1.300-1.400-1.300-.9 0-1.500.6-1.500 1.700zM9 13.500h2v2.200H9z",
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={shapes[name]} fill="currentColor" />
    </svg>
  );
}
