// What stands still through the clip: places hidden in every frame, places shown in every frame, and the
// picture of the empty scene, which is shown only once somebody has looked at it. Next: editor.tsx.

import type { JSX } from "preact";
import type { Still } from "./edits";
import type { Plan } from "./plan";
import type { Selection } from "./stage";

interface PlaceProps {
  plan: Plan;
  selection: Selection | null;
  /** Where the empty scene is looked at. */
  plate: string;
  onSelect: (selection: Selection) => void;
  onErase: (kind: Still, nth: number) => void;
  onPlate: (approved: "approved" | "hidden") => void;
}

export function PlacePanel({ plan, selection, plate, onSelect, onErase, onPlate }: PlaceProps): JSX.Element {
  const row = (kind: Still, nth: number, name: string) => (
    <li key={`${kind} ${nth}`}>
      <button type="button" class="quiet" aria-pressed={selection?.kind === kind && selection.nth === nth} onClick={() => onSelect({ kind, nth })}>
        {name}
      </button>
      <button type="button" class="quiet" aria-label={`Delete ${name.toLowerCase()}`} onClick={() => onErase(kind, nth)}>
        Delete
      </button>
    </li>
  );
  return (
    <section class="card stack panel" aria-label="Through the whole clip">
      <div class="panel-head">
        <h2>Through the whole clip</h2>
      </div>
      {plan.masks.length + plan.reveals.length === 0 && <p class="dim">No place is hidden or shown throughout: a window, a screen; the camera’s clock.</p>}
      <ul class="places">
        {plan.masks.map((_, nth) => row("masks", nth, `Hidden place ${nth + 1}`))}
        {plan.reveals.map((_, nth) => row("reveals", nth, `Shown place ${nth + 1}`))}
      </ul>
      {plan.plate && (
        <div class="plate">
          <p>
            <strong>The empty scene</strong>, put together from the clip. Whoever stood still all along is in it: look for people before you show it.
          </p>
          <img src={plate} alt="The scene as put together without people" />
          <button type="button" aria-pressed={plan.plate.approved !== null} onClick={() => onPlate(plan.plate?.approved ? "hidden" : "approved")}>
            {plan.plate.approved ? "Shown behind the subject: hide it" : "Nobody is in it: show it behind the subject"}
          </button>
        </div>
      )}
    </section>
  );
}
