// A button of the player: a drawn sign with its name and its key. Next: editor.tsx, film_view.tsx.

import type { JSX } from "preact";
import { Icon, type IconName } from "../shell/icon";

export function PlayerButton({ icon, label, keys, onPress }: { icon: IconName; label: string; keys: string; onPress: () => void }): JSX.Element {
  return (
    <button type="button" class={`icon${icon === "play" || icon === "pause" ? " main" : ""}`} aria-label={label} title={`${label} (${keys})`} onClick={onPress}>
      <Icon name={icon} />
    </button>
  );
}
