// The end of a dialog's form: what is wrong with it, then Cancel and the act itself. Next: the dialogs of
// holds, early deletions and requests.

import type { JSX } from "preact";
import type { Problem } from "../contract";
import { Failed } from "./notices";

interface EndProps {
  /** What this page found wrong before anything was sent. */
  sentence?: string | null;
  /** What the box refused. */
  problem: Problem | null;
  verb: string;
  /** The same while it is being sent; null while it isn't. */
  sending: string | null;
  onClose: () => void;
}

export function DialogEnd({ sentence = null, problem, verb, sending, onClose }: EndProps): JSX.Element {
  return (
    <>
      {sentence && (
        <p class="notice failed" role="alert">
          {sentence}
        </p>
      )}
      {problem && <Failed problem={problem} />}
      <footer>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="primary" disabled={sending !== null}>
          {sending ?? verb}
        </button>
      </footer>
    </>
  );
}
