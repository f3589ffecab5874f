// Which key means which command in the editor. Pure, but for looking at what has the focus: keys typed into a
// field or a dialog are never commands. keys_dialog.tsx lists them for the reader.

import { ANSWERS, type Answer } from "./doubts";
import type { Tool } from "./stage";

export type Command =
  | { kind: "toggle" }
  | { kind: "step"; by: number }
  | { kind: "second"; by: 1 | -1 }
  | { kind: "end"; at: "first" | "last" }
  | { kind: "tool"; tool: Tool }
  | { kind: "middle" }
  | { kind: "view" }
  | { kind: "subject" }
  | { kind: "keyframe" }
  | { kind: "beside"; by: 1 | -1 }
  | { kind: "split" }
  | { kind: "erase" }
  | { kind: "undo" }
  | { kind: "redo" }
  | { kind: "doubt"; by: 1 | -1 }
  | { kind: "answer"; answer: Answer }
  | { kind: "none" }
  | { kind: "help" };

type Pressed = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey" | "defaultPrevented" | "target">;

export function commandOf(event: Pressed): Command | null {
  if (event.defaultPrevented || event.altKey) return null;
  const target = typeof Element !== "undefined" && event.target instanceof Element ? event.target : null;
  if (target?.closest("input, select, textarea, dialog, video")) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return { kind: event.shiftKey ? "redo" : "undo" };
    return key === "y" ? { kind: "redo" } : null;
  }
  const onButton = target !== null && target.closest("button, a[href], summary") !== null;
  const by = event.shiftKey ? -1 : 1;
  switch (key) {
    case " ":
      return onButton ? null : { kind: "toggle" };
    case "Enter":
      return onButton ? null : { kind: "middle" };
    case ",":
      return { kind: "step", by: -1 };
    case ".":
      return { kind: "step", by: 1 };
    case "<":
      return { kind: "second", by: -1 };
    case ">":
      return { kind: "second", by: 1 };
    case "ArrowLeft":
      return event.shiftKey ? { kind: "beside", by: -1 } : { kind: "step", by: -1 };
    case "ArrowRight":
      return event.shiftKey ? { kind: "beside", by: 1 } : { kind: "step", by: 1 };
    case "Home":
      return { kind: "end", at: "first" };
    case "End":
      return { kind: "end", at: "last" };
    case "a":
      return { kind: "tool", tool: "select" };
    case "b":
      return { kind: "tool", tool: "subject" };
    case "o":
      return { kind: "tool", tool: "other" };
    case "h":
      return { kind: "tool", tool: "hide" };
    case "r":
      return { kind: "tool", tool: "show" };
    case "v":
      return { kind: "view" };
    case "s":
      return { kind: "subject" };
    case "k":
      return { kind: "keyframe" };
    case "x":
      return { kind: "split" };
    case "n":
      return { kind: "doubt", by };
    case "Delete":
    case "Backspace":
      return { kind: "erase" };
    case "Escape":
      return { kind: "none" };
    case "?":
      return { kind: "help" };
    default: {
      const answer = ANSWERS[Number(key) - 1];
      return answer && !event.shiftKey ? { kind: "answer", answer } : null;
    }
  }
}
