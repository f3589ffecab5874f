// Drawing a redaction: the picture with everybody's boxes, the time line below, doubts and the chosen track
// beside it. Every change is saved by itself. Next: pages/redaction_page.tsx.

import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { getJson, problemFrom } from "../api";
import type { Problem, RedactionShown } from "../contract";
import { Failed } from "../shell/notices";
import { type Answer, answered, beside } from "./doubts";
import { DoubtPanel } from "./doubt_panel";
import { middle } from "./drag";
import * as edits from "./edits";
import { type Command, commandOf } from "./keys";
import { KeysDialog } from "./keys_dialog";
import { Lanes } from "./lanes";
import { PlacePanel } from "./place_panel";
import { boxAt, fitted, frameAt, frameCount, type PixelBox, type Plan, presentAt, secondsAt, trackOf } from "./plan";
import { PlayerButton } from "./player_button";
import { type Selection, Stage, type Tool, type View } from "./stage";
import { heightFor, type Stills } from "./stills";
import { hints, Toolbar } from "./toolbar";
import { BoxFields, type TrackCommand, TrackPanel } from "./track_panel";
import { usePlay } from "./use_play";
import type { Draft } from "./use_draft";
import { clipTime } from "./words";

interface EditorProps {
  url: string;
  draft: Draft;
  stills: Stills;
  onReload: () => void;
  /** Asks the box to say who else this one is, through the whole clip; null where it can't. */
  onFollow: ((click: { frame: number; x: number; y: number }) => void) | null;
}

const views: View[] = ["before", "both", "after"];

export function Editor({ url, draft, stills, onReload, onFollow }: EditorProps): JSX.Element {
  const { plan } = draft;
  const count = frameCount(plan);
  const [frame, setFrame] = useState(0);
  const [view, setView] = useState<View>("before");
  const [tool, setTool] = useState<Tool>(() => (plan.tracks.length > 0 && !plan.tracks.some((track) => track.role === "subject") ? "subject" : "select"));
  const [selection, setSelection] = useState<Selection | null>(null);
  const [doubt, setDoubt] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const [sentence, setSentence] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [help, setHelp] = useState(false);
  const [focus, setFocus] = useState<Selection | null>(null);
  const chosen = selection?.kind === "track" ? selection.id : null;
  const track = trackOf(plan, chosen);

  const seek = (to: number) => setFrame(Math.min(Math.max(Math.round(to), 0), count - 1));
  const edit: Draft["edit"] = (what, change, gesture) => {
    const refusal = draft.edit(what, change, gesture);
    setSentence(refusal);
    return refusal;
  };

  const wanted = useMemo(() => {
    const height_px = heightFor(540, plan.clip.height_px);
    return [
      ...(view === "after" ? [] : [{ look: { view: "source" as const }, height_px }]),
      ...(view === "before" ? [] : [{ look: { view: "redacted" as const, revision: draft.revision }, height_px }]),
    ];
  }, [view, draft.revision, plan.clip.height_px]);
  usePlay({
    plan,
    stills,
    wanted,
    frame,
    on: playing,
    onFrame: setFrame,
    onEnd: (failed) => {
      setPlaying(false);
      setProblem(failed);
    },
  });

  useEffect(() => {
    if (!focus) return;
    document.querySelector<SVGElement>(`[data-box='${JSON.stringify(focus)}']`)?.focus();
    setFocus(null);
  }, [focus]);

  const choose = (next: Selection | null) => {
    setSelection(next);
    const picked = next?.kind === "track" ? trackOf(plan, next.id) : undefined;
    // Whoever is chosen in the time line is shown where they are.
    if (picked && !boxAt(picked, frame)) seek(picked.presences[0]!.frames.first);
  };

  const draw = (box: PixelBox) => {
    if (tool === "select") return;
    if (tool === "hide" || tool === "show") {
      const kind = tool === "hide" ? "masks" : "reveals";
      edit(tool === "hide" ? "hide a place" : "show a place", (now, hand) => edits.addStill(now, kind, box, hand));
      const next: Selection = { kind, nth: plan[kind].length };
      setSelection(next);
      setFocus(next);
    } else {
      const id = goesOn(plan, tool, chosen, frame);
      const role = tool === "subject" ? "subject" : "third_party";
      const next: Selection = { kind: "track", id: id ?? edits.freeId(plan) };
      edit("draw a box", (now, hand) => (id === null ? edits.draw(now, role, frame, box, hand) : edits.put(now, id, frame, box, hand)));
      setSelection(next);
      setFocus(next);
    }
    setTool("select");
  };

  const move = (what: Selection, box: PixelBox, gesture: string | null) => {
    const next = fitted(box, plan.clip);
    edit("move a box", (now, hand) => (what.kind === "track" ? edits.put(now, what.id, frame, next, hand) : edits.moveStill(now, what.kind, what.nth, next, hand)), gesture);
  };

  const pick = (id: number) => {
    const box = trackOf(plan, id) && boxAt(trackOf(plan, id)!, frame);
    if (tool === "subject" && onFollow && box && !plan.tracks.some((each) => each.role === "subject")) {
      return onFollow({ frame, x: box.left + box.width / 2, y: box.top + box.height / 2 });
    }
    const role = tool === "subject" && trackOf(plan, id)?.role !== "subject" ? "subject" : "third_party";
    edit(role === "subject" ? "say who the subject is" : "say that it is somebody else", (now) => edits.setRole(now, id, role));
  };

  const erase = () => {
    if (!selection) return;
    edit("delete", (now) => (selection.kind === "track" ? edits.erase(now, selection.id) : edits.eraseStill(now, selection.kind, selection.nth)));
    setSelection(null);
  };

  const walk = (by: 1 | -1) => goToDoubt(beside(plan, doubt, by));
  const goToDoubt = (place: number | null) => {
    setDoubt(place);
    setPlaying(false);
    const found = place === null ? undefined : plan.doubts[place];
    if (!found) return;
    seek((found.frames.first + found.frames.last) / 2);
    const about = found.tracks.map((id) => trackOf(plan, id)).filter((each) => each !== undefined);
    const first = about.find((each) => each.role === "undecided") ?? about[0];
    setSelection(first ? { kind: "track", id: first.id } : null);
  };
  const answer = (said: Answer) => {
    if (doubt === null) return setSentence("Go to a doubt first: press N.");
    if (edit("answer a doubt", (now, hand) => answered(now, doubt, said, chosen, hand)) === null) walkAfter(doubt);
  };
  /** Goes on by itself, so that a list is walked with one key a doubt. */
  const walkAfter = (place: number) => {
    const rest = { ...plan, doubts: plan.doubts.map((each, at) => (at === place ? { ...each, resolved: { by: "", at: "" } } : each)) };
    goToDoubt(beside(rest, place, 1));
  };

  const actOnTrack = (command: TrackCommand) => {
    if (chosen === null) return;
    switch (command.kind) {
      case "role":
        return edit("say who it is", (now) => edits.setRole(now, chosen, command.role));
      case "box":
        return move({ kind: "track", id: chosen }, command.box, null);
      case "keyframe":
        return edit("keyframe", (now, hand) => edits.toggleKeyframe(now, chosen, frame, hand));
      case "beside": {
        const to = track && edits.keyframeBeside(track, frame, command.by);
        return to !== undefined && seek(to);
      }
      case "split":
        return edit("split a track", (now, hand) => edits.split(now, chosen, frame, hand));
      case "merge":
        return edit("merge two tracks", (now, hand) => edits.merge(now, chosen, command.from, hand));
      case "cut":
        return edit("cut a track", (now, hand) => edits.cut(now, chosen, frame, command.side, hand));
      case "join":
        return edit("join two stretches", (now) => edits.join(now, chosen, frame));
      case "erase":
        return erase();
    }
  };

  const act = (command: Command) => {
    switch (command.kind) {
      case "toggle":
        return setPlaying(!playing);
      case "step":
        setPlaying(false);
        return seek(frame + command.by);
      case "second":
        setPlaying(false);
        return seek(frameAt(plan, secondsAt(plan, frame) + command.by));
      case "end":
        return seek(command.at === "first" ? 0 : count - 1);
      case "tool":
        // Enter means the picture then, not the box that was in focus.
        document.querySelector<HTMLElement>(".stage")?.focus({ preventScroll: true });
        return setTool(command.tool);
      case "middle":
        return draw(middle(plan.clip));
      case "view":
        return setView(views[(views.indexOf(view) + 1) % views.length]!);
      case "subject":
        return track && actOnTrack({ kind: "role", role: track.role === "subject" ? "third_party" : "subject" });
      case "keyframe":
      case "split":
        return actOnTrack({ kind: command.kind });
      case "beside":
        return actOnTrack(command);
      case "erase":
        return erase();
      case "undo":
        return draft.undo();
      case "redo":
        return draft.redo();
      case "doubt":
        return walk(command.by);
      case "answer":
        return answer(command.answer);
      case "none":
        setTool("select");
        return setSelection(null);
      case "help":
        return setHelp(true);
    }
  };
  const acting = useRef(act);
  acting.current = act;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const command = commandOf(event);
      if (!command) return;
      event.preventDefault();
      acting.current(command);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);

  const still = selection && selection.kind !== "track" ? plan[selection.kind][selection.nth] : undefined;
  const unsaved = draft.saving.state !== "saved";
  return (
    <div class="editor">
      <Toolbar tool={tool} view={view} history={draft.history} saving={draft.saving} onTool={setTool} onView={setView} onUndo={draft.undo} onRedo={draft.redo} onHelp={() => setHelp(true)} />
      <Unsaved url={url} draft={draft} onReload={onReload} />
      {sentence ? (
        <p class="editor-hint bad" role="alert">
          {sentence}
        </p>
      ) : (
        <p class="editor-hint dim">{hints[tool]}</p>
      )}
      {problem && <Failed problem={problem} onRetry={() => setProblem(null)} />}
      <div class="editor-main">
        <div class="editor-left">
          <Stage
            {...{ plan, frame, view, tool, selection, stills, unsaved }}
            revision={draft.revision}
            still={playing}
            onSelect={setSelection}
            onPick={pick}
            onDraw={draw}
            onMove={move}
          />
          <div class="controls" role="group" aria-label="Player">
            <div class="cluster">
              <PlayerButton icon="back" label="One second back" keys="Shift ," onPress={() => act({ kind: "second", by: -1 })} />
              <PlayerButton icon="frame-back" label="One frame back" keys="," onPress={() => act({ kind: "step", by: -1 })} />
              <PlayerButton icon={playing ? "pause" : "play"} label={playing ? "Pause" : "Play"} keys="Space" onPress={() => act({ kind: "toggle" })} />
              <PlayerButton icon="frame-forward" label="One frame forward" keys="." onPress={() => act({ kind: "step", by: 1 })} />
              <PlayerButton icon="forward" label="One second forward" keys="Shift ." onPress={() => act({ kind: "second", by: 1 })} />
            </div>
            <p class="clock">
              <span class="time">{clipTime(secondsAt(plan, frame))}</span>
              <span class="dim">
                frame {frame + 1} of {count}
              </span>
            </p>
          </div>
          <Lanes plan={plan} frame={frame} selection={selection} doubt={doubt} stills={stills} onSeek={seek} onSelect={choose} onDoubt={goToDoubt} />
        </div>
        <aside class="editor-side" aria-label="Doubts and what is chosen">
          <DoubtPanel plan={plan} place={doubt} chosen={chosen} onWalk={walk} onChoose={(id) => setSelection({ kind: "track", id })} onAnswer={answer} />
          {track && <TrackPanel key={track.id} plan={plan} track={track} frame={frame} act={actOnTrack} />}
          {still && selection && selection.kind !== "track" && (
            <section class="card stack panel" aria-label="Chosen">
              <h2>
                {selection.kind === "masks" ? "Hidden place" : "Shown place"} {selection.nth + 1}
              </h2>
              <BoxFields box={still.box} onChange={(box) => move(selection, box, null)} />
            </section>
          )}
          <PlacePanel
            plan={plan}
            selection={selection}
            plate={`${url}/plate?of=${plan.plate?.sha256.slice(0, 16) ?? ""}`}
            onSelect={setSelection}
            onErase={(kind, nth) => {
              edit("delete a place", (now) => edits.eraseStill(now, kind, nth));
              setSelection(null);
            }}
            onPlate={(approved) => edit("the empty scene", (now, hand) => edits.approvePlate(now, approved, hand))}
          />
        </aside>
      </div>
      {help && <KeysDialog onClose={() => setHelp(false)} />}
    </div>
  );
}

/** The track that a new box goes on with; null for a new one. */
function goesOn(plan: Plan, tool: "subject" | "other", chosen: number | null, frame: number): number | null {
  const fits = plan.tracks.filter((track) => (track.role === "subject") === (tool === "subject"));
  const picked = fits.find((track) => track.id === chosen);
  if (picked && (tool === "subject" || !boxAt(picked, frame))) return picked.id;
  const only = fits[0];
  if (tool === "subject" && only && fits.length === 1 && !presentAt(plan, frame).some(({ track }) => track.id === only.id)) return only.id;
  return null;
}

/** What is to be done when a plan could not be saved. */
function Unsaved({ url, draft, onReload }: { url: string; draft: Draft; onReload: () => void }): JSX.Element | null {
  const { saving } = draft;
  const [problem, setProblem] = useState<Problem | null>(null);
  if (saving.state === "refused") return <Failed problem={saving.problem} onRetry={() => void draft.flush()} />;
  if (saving.state !== "conflict") return null;
  const over = async () => {
    setProblem(null);
    try {
      await draft.over((await getJson<RedactionShown<Plan>>(url)).revision);
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    }
  };
  return (
    <div class="notice failed" role="alert">
      <h2>Somebody else drew in it meanwhile</h2>
      <p>What you drew since the last save is only on this screen. See what they drew, and lose yours; or save yours, and theirs is gone.</p>
      {problem && (
        <p>
          {problem.title} {problem.detail}
        </p>
      )}
      <div class="cluster">
        <button type="button" onClick={onReload}>
          Show what they drew
        </button>
        <button type="button" onClick={() => void over()}>
          Save mine instead
        </button>
      </div>
    </div>
  );
}
