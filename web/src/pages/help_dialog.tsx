// The keyboard's commands, as recordings.tsx knows them.

import type { JSX } from "preact";
import { KeyList } from "../shell/key_list";

const keys: [string[], string][] = [
  [["Space", "K"], "play or pause"],
  [["L"], "play, and faster with each press"],
  [["J"], "back 10 seconds"],
  [["←", "→"], "5 seconds back, forward; with Shift one minute"],
  [[",", "."], "one frame back, forward"],
  [["1", "2", "4", "8"], "that speed; 9 for 16×"],
  [["["], "start of the range here"],
  [["]"], "end of the range here"],
  [["E"], "export the range"],
  [["H"], "hold the range, so that it stays"],
  [["G"], "go to a date and time"],
  [["N"], "now: the live picture"],
  [["+", "−"], "zoom the timeline"],
  [["?"], "this list"],
];

export function HelpDialog({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <KeyList keys={keys} onClose={onClose}>
      With the timeline focused, the arrows, Page Up and Page Down move by its zoom; Home and End go to the day's ends.
    </KeyList>
  );
}
