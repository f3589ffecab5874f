// Takes a typed date and time on the site's clock. The hour that happens twice in October asks which
// one; the hour that is missing in March is refused with a sentence. Next: recordings.tsx seeks there.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { boxNow } from "../api";
import { Dialog } from "../shell/dialog";
import { clockTime, dayName, dayOf, type LocalTime, resolveLocal } from "../site_time";

interface JumpProps {
  start: number;
  zone: string;
  onJump: (at: number) => void;
  onClose: () => void;
}

export function JumpDialog({ start, zone, onJump, onClose }: JumpProps): JSX.Element {
  const [date, setDate] = useState(dayOf(start, zone));
  const [time, setTime] = useState(clockTime(start, zone));
  const [which, setWhich] = useState<"first" | "second" | null>(null);
  const [sentence, setSentence] = useState<string | null>(null);
  const meant: LocalTime | null = date && time ? resolveLocal(date, time, zone) : null;

  const submit = (event: Event) => {
    event.preventDefault();
    if (!meant) return setSentence("Give a date and a time.");
    if (meant.kind === "malformed" || meant.kind === "never") return setSentence(meant.sentence);
    if (meant.kind === "twice" && which === null) return setSentence("The clocks went back: choose which of the two you mean.");
    const at = meant.kind === "once" ? meant.at : meant[which!].at;
    if (at > boxNow()) return setSentence("That time has not come yet.");
    onJump(at);
  };
  const changed = (set: (value: string) => void) => (event: { currentTarget: HTMLInputElement }) => {
    set(event.currentTarget.value);
    setSentence(null);
    setWhich(null);
  };

  return (
    <Dialog title="Go to a date and time" onClose={onClose} class="jump">
      <form onSubmit={submit} noValidate>
        <div class="pair">
          <label class="field">
            <span>Date</span>
            <input type="date" name="date" autofocus required value={date} onInput={changed(setDate)} />
          </label>
          <label class="field">
            <span>Time</span>
            <input type="time" name="time" step={1} required value={time} onInput={changed(setTime)} />
          </label>
        </div>
        <p class="hint">On the site's clock, {zone}.</p>
        {meant?.kind === "twice" && (
          <fieldset>
            <legend>
              {time} happened twice on {dayName(meant.first.at, zone)}. Which one?
            </legend>
            <div class="choices">
              {(["first", "second"] as const).map((each) => (
                <label key={each} class="choice">
                  <input type="radio" name="which" value={each} checked={which === each} onChange={() => (setWhich(each), setSentence(null))} />
                  <span>
                    <strong>{meant[each].name}</strong>
                    <small>{each === "first" ? "the first, before the clocks went back" : "the second, after the clocks went back"}</small>
                  </span>
                </label>
              ))}
            </div>
          </fieldset>
        )}
        {sentence && (
          <p class="notice failed" role="alert">
            {sentence}
          </p>
        )}
        <footer>
          <button type="submit" class="primary">
            Go there
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
