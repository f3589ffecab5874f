// The cameras as boxes to tick. Next: the dialogs of holds, early deletions and requests.

import type { JSX } from "preact";
import type { Camera } from "../contract";

interface TicksProps {
  legend: string;
  /** Undefined while they are loading. */
  cameras: Camera[] | undefined;
  chosen: string[];
  onChange: (chosen: string[]) => void;
}

export function CameraTicks({ legend, cameras, chosen, onChange }: TicksProps): JSX.Element {
  const pick = (id: string, on: boolean) => onChange(on ? [...chosen, id] : chosen.filter((each) => each !== id));
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="ticks">
        {(cameras ?? []).map((camera) => (
          <label key={camera.id} class="tick">
            <input type="checkbox" checked={chosen.includes(camera.id)} onChange={(e) => pick(camera.id, e.currentTarget.checked)} /> {camera.name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
