// The two fields that the dialogs of a request are made of. Next: step_dialog.tsx, receive_dialog.tsx.

import type { ComponentChildren, JSX } from "preact";

/** One of several, as radio buttons. */
export function Choice<K extends string>(props: { legend: string; name: string; words: Readonly<Record<K, string>>; value: K; onChange: (value: K) => void }): JSX.Element {
  return (
    <fieldset>
      <legend>{props.legend}</legend>
      <div class="choices">
        {(Object.keys(props.words) as K[]).map((each) => (
          <label key={each} class="choice">
            <input type="radio" name={props.name} value={each} checked={props.value === each} onChange={() => props.onChange(each)} />
            <span>{props.words[each]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Labelled({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}
