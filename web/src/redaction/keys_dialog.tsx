// The keyboard's commands, as keys.ts knows them.

import type { JSX } from "preact";
import { KeyList } from "../shell/key_list";

const keys: [string[], string][] = [
  [["N"], "the next doubt; with Shift the one before"],
  [["1", "2", "3", "4"], "answer it: subject, somebody else, nobody, keep hidden"],
  [[",", "."], "one frame back, forward; with Shift one second"],
  [["Space"], "play or pause"],
  [["V"], "before, side by side, after"],
  [["B"], "draw the subject, or click who it is"],
  [["O"], "draw somebody else"],
  [["H"], "hide a place throughout"],
  [["R"], "show a place throughout"],
  [["Enter"], "with a drawing tool: a box in the middle"],
  [["←", "→", "↑", "↓"], "with a box in focus: move it; with Shift its size"],
  [["S"], "the chosen one is the subject, or not"],
  [["K"], "a keyframe here, or none"],
  [["⇧←", "⇧→"], "the keyframe before, after"],
  [["X"], "split the track here"],
  [["Delete"], "delete what is chosen"],
  [["Ctrl Z"], "undo; with Shift do again"],
  [["A", "Esc"], "put the tool away"],
  [["?"], "this list"],
];

export function KeysDialog({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <KeyList keys={keys} onClose={onClose}>
      On the time line the arrows go by frames, Page Up and Page Down by seconds, Home and End to the clip’s ends.
    </KeyList>
  );
}
