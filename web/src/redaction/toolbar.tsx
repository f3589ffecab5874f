// The row above the picture: what the pointer does, what is seen, undo, whether all is saved, and the film.
// Next: editor.tsx acts.

import type { JSX } from "preact";
import { useWorkspace } from "../shell/workspace";
import { clockTime } from "../site_time";
import type { Saving } from "./autosave";
import type { History } from "./history";
import type { Tool, View } from "./stage";

const tools: [Tool, string, string][] = [
  ["select", "Choose", "A"],
  ["subject", "Subject", "B"],
  ["other", "Somebody else", "O"],
  ["hide", "Hide a place", "H"],
  ["show", "Show a place", "R"],
];

export const hints: Record<Tool, string> = {
  select: "Click a box to choose it; drag it or its corners to move it.",
  subject: "Click a box to say that it is the subject, or drag around them. Enter puts a box in the middle.",
  other: "Click a box to say that it is somebody else, or drag around them. Enter puts a box in the middle.",
  hide: "Drag over a place that is to be hidden in every frame. Enter puts one in the middle.",
  show: "Drag over a place that may be shown in every frame, such as the camera’s clock. Enter puts one in the middle.",
};

const views: [View, string][] = [
  ["before", "Before"],
  ["both", "Side by side"],
  ["after", "After"],
];

interface ToolbarProps {
  tool: Tool;
  view: View;
  history: History;
  saving: Saving;
  onTool: (tool: Tool) => void;
  onView: (view: View) => void;
  onUndo: () => void;
  onRedo: () => void;
  onHelp: () => void;
}

export function Toolbar({ tool, view, history, saving, onTool, onView, onUndo, onRedo, onHelp }: ToolbarProps): JSX.Element {
  const [last, next] = [history.past.at(-1), history.future[0]];
  return (
    <div class="toolbar">
      <div class="rates tools" role="group" aria-label="Tool">
        {tools.map(([each, name, key]) => (
          <button key={each} type="button" aria-pressed={tool === each} title={`${name} (${key})`} onClick={() => onTool(each)}>
            {name}
          </button>
        ))}
      </div>
      <p class="narrow-note">Drawing needs a wider screen. Here you can look, answer doubts, render and review.</p>
      <div class="rates" role="group" aria-label="Picture">
        {views.map(([each, name]) => (
          <button key={each} type="button" aria-pressed={view === each} title={`${name} (V)`} onClick={() => onView(each)}>
            {name}
          </button>
        ))}
      </div>
      <div class="cluster">
        <button type="button" disabled={!last} title={last ? `Undo: ${last.what} (Ctrl Z)` : "Nothing to undo"} onClick={onUndo}>
          Undo
        </button>
        <button type="button" disabled={!next} title={next ? `Do again: ${next.what} (Ctrl Shift Z)` : "Nothing to do again"} onClick={onRedo}>
          Redo
        </button>
        <button type="button" class="icon" aria-label="Keyboard" title="Keyboard (?)" onClick={onHelp}>
          ?
        </button>
      </div>
      <Saved saving={saving} />
    </div>
  );
}

function Saved({ saving }: { saving: Saving }): JSX.Element {
  const { zone } = useWorkspace();
  const words: Record<Saving["state"], string> = {
    saved: saving.state === "saved" && saving.at !== null ? `Saved at ${clockTime(saving.at, zone)}` : "Nothing to save",
    waiting: "Not saved yet…",
    sending: "Saving…",
    away: "Not saved: the box can’t be reached. It tries again.",
    conflict: "Not saved",
    refused: "Not saved",
  };
  const bad = saving.state === "away" || saving.state === "conflict" || saving.state === "refused";
  return (
    <p class={`saved ${bad ? "bad" : "dim"}`} role="status" data-saving={saving.state}>
      {words[saving.state]}
    </p>
  );
}
