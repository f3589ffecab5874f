// The row of buttons under the picture: back and forward, frame by frame, speed, range, live.
// Holds no state. Next: recordings.tsx acts on them.

import type { JSX } from "preact";
import { type Rate, RATES } from "../playback/playback";
import { Icon, type IconName } from "../shell/icon";

export type Command =
  | { kind: "toggle" }
  | { kind: "skip"; seconds: number }
  | { kind: "step"; by: 1 | -1 }
  | { kind: "rate"; rate: Rate }
  | { kind: "in" }
  | { kind: "out" }
  | { kind: "clear" }
  | { kind: "export" }
  | { kind: "hold" }
  | { kind: "jump" }
  | { kind: "live" }
  | { kind: "help" }
  | { kind: "zoom"; factor: number }
  /** Moves the timeline's view by so many of its own widths. */
  | { kind: "pan"; widths: number };

interface ControlsProps {
  playing: boolean;
  live: boolean;
  rate: Rate;
  range: "none" | "begun" | "whole";
  act: (command: Command) => void;
}

export function Controls({ playing, live, rate, range, act }: ControlsProps): JSX.Element {
  const button = (icon: IconName, label: string, key: string, command: Command, name = "") => (
    <button type="button" class={`icon ${name}`} aria-label={label} title={`${label} (${key})`} onClick={() => act(command)}>
      <Icon name={icon} />
    </button>
  );
  return (
    <div class="controls" role="group" aria-label="Player">
      <div class="cluster">
        {button("back", "Back 10 seconds", "J", { kind: "skip", seconds: -10 })}
        {button("frame-back", "One frame back", ",", { kind: "step", by: -1 })}
        {button(playing ? "pause" : "play", playing ? "Pause" : "Play", "Space", { kind: "toggle" }, "main")}
        {button("frame-forward", "One frame forward", ".", { kind: "step", by: 1 })}
        {button("forward", "Forward 10 seconds", "→", { kind: "skip", seconds: 10 })}
      </div>
      <div class="cluster rates" role="group" aria-label="Speed">
        {RATES.map((each) => (
          <button key={each} type="button" aria-pressed={!live && rate === each} onClick={() => act({ kind: "rate", rate: each })}>
            {each}×
          </button>
        ))}
      </div>
      <div class="cluster">
        <button type="button" class="live" aria-pressed={live} title="Live picture (N)" onClick={() => act({ kind: "live" })}>
          <i class="dot" aria-hidden="true" /> Live
        </button>
        <button type="button" title="Go to a date and time (G)" onClick={() => act({ kind: "jump" })}>
          Go to…
        </button>
      </div>
      <div class="cluster" role="group" aria-label="Marked range">
        <button type="button" class="icon" aria-label="Start of the range here" title="Start of the range here ([)" onClick={() => act({ kind: "in" })}>
          [
        </button>
        <button type="button" class="icon" aria-label="End of the range here" title="End of the range here (])" onClick={() => act({ kind: "out" })}>
          ]
        </button>
        {range !== "none" && (
          <button type="button" class="icon" aria-label="Clear the range" title="Clear the range" onClick={() => act({ kind: "clear" })}>
            ✕
          </button>
        )}
        <button type="button" class={range === "whole" ? "primary" : ""} title="Export the range (E)" onClick={() => act({ kind: "export" })}>
          Export…
        </button>
        <button type="button" title="Hold this range (H)" onClick={() => act({ kind: "hold" })}>
          Hold…
        </button>
      </div>
      <div class="cluster end">{button("help", "Keyboard", "?", { kind: "help" })}</div>
    </div>
  );
}
