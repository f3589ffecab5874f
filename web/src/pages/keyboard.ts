// Which key means which command on a camera's page. Pure, but for looking at what has the focus:
// keys typed into a field or a dialog are never commands. help_dialog.tsx lists them for the reader.

import { type Rate, RATES } from "../playback/playback";
import type { Command } from "./controls";

export function commandOf(event: KeyboardEvent, now: { rate: Rate; playing: boolean }): Command | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("input, select, textarea, dialog")) return null;
  const onButton = target?.closest("button, a[href], summary") !== null && target !== null;
  switch (event.key) {
    case " ":
      return onButton ? null : { kind: "toggle" };
    case "k":
    case "K":
      return { kind: "toggle" };
    case "j":
    case "J":
      return { kind: "skip", seconds: -10 };
    case "l":
    case "L":
      return { kind: "rate", rate: now.playing ? (RATES.find((rate) => rate > now.rate) ?? 16) : now.rate };
    case "ArrowLeft":
      return { kind: "skip", seconds: event.shiftKey ? -60 : -5 };
    case "ArrowRight":
      return { kind: "skip", seconds: event.shiftKey ? 60 : 5 };
    case ",":
      return { kind: "step", by: -1 };
    case ".":
      return { kind: "step", by: 1 };
    case "1":
    case "2":
    case "4":
    case "8":
      return { kind: "rate", rate: Number(event.key) as Rate };
    case "9":
      return { kind: "rate", rate: 16 };
    case "[":
      return { kind: "in" };
    case "]":
      return { kind: "out" };
    case "e":
    case "E":
      return { kind: "export" };
    case "h":
    case "H":
      return { kind: "hold" };
    case "g":
    case "G":
      return { kind: "jump" };
    case "n":
    case "N":
      return { kind: "live" };
    case "+":
    case "=":
      return { kind: "zoom", factor: 0.5 };
    case "-":
      return { kind: "zoom", factor: 2 };
    case "?":
      return { kind: "help" };
    default:
      return null;
  }
}
