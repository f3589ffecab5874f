// A page's keyboard commands in a dialog: the keys, what they do, and a word more.

import type { ComponentChildren, JSX } from "preact";
import { Dialog } from "./dialog";

interface KeyListProps {
  /** The keys' names, and what each of them does. */
  keys: [string[], string][];
  onClose: () => void;
  children: ComponentChildren;
}

export function KeyList({ keys, onClose, children }: KeyListProps): JSX.Element {
  return (
    <Dialog title="Keyboard" onClose={onClose} class="help">
      <dl class="keys">
        {keys.map(([names, what]) => (
          <div key={what}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="hint">{children}</p>
    </Dialog>
  );
}
