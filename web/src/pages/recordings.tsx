// A camera's picture, live or recorded, over its day: keeps the day, the zoom, the chosen range and
// which dialog is open, and turns buttons and keys into commands for the player.
// Next: playback/playback.ts plays, timeline/timeline.tsx draws, exports/export_dialog.tsx exports.

import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { boxNow, path } from "../api";
import type { Camera, PurposeKind, View } from "../contract";
import { ExportDialog } from "../exports/export_dialog";
import { HoldDialog } from "../holds/hold_dialog";
import { LivePicture } from "../live/live_picture";
import { nothingKnown } from "../playback/coverage";
import { Playback, type PlaybackReport } from "../playback/playback";
import { timeline } from "../playback/timeline_fetch";
import { useResource } from "../resource";
import { Failed } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { dayBounds, dayOf, type Interval, toRfc3339 } from "../site_time";
import { Legend } from "../timeline/legend";
import { clamp, follow, pan, zoomAround } from "../timeline/scale";
import { Timeline } from "../timeline/timeline";
import { type Command, Controls } from "./controls";
import { DayBar } from "./day_bar";
import { HelpDialog } from "./help_dialog";
import { JumpDialog } from "./jump_dialog";
import { commandOf } from "./keyboard";
import { Stage } from "./stage";

const MISSING: Interval = { from: 0, to: 0 };

export function Recordings({ camera, view, start }: { camera: Camera; view: View; start: number | null }): JSX.Element {
  const { zone, recheckView } = useWorkspace();
  const [now, setNow] = useState(boxNow);
  const [live, setLive] = useState(start === null);
  const [day, setDay] = useState(() => dayOf(start ?? boxNow(), zone));
  const bounds = useMemo(() => dayBounds(day, zone), [day, zone]);
  const [viewport, setViewport] = useState<Interval>(bounds);
  const [report, setReport] = useState<PlaybackReport | null>(null);
  const [range, setRange] = useState<{ in: number | null; out: number | null }>({ in: null, out: null });
  const [dialog, setDialog] = useState<"jump" | "help" | "export" | "hold" | null>(null);
  const [asked, setAsked] = useState<number>(start ?? boxNow());
  const video = useRef<HTMLVideoElement>(null);
  const playback = useRef<Playback | null>(null);
  const scrub = useRef<number | undefined>(undefined);

  const today = dayOf(now, zone) === day;
  const whole = useResource(`${camera.id} ${view.purpose.kind} ${day}`, (signal) => timeline(camera.id, view.purpose.kind, bounds, signal), today ? 5000 : undefined);
  const close = useCloseUp(camera.id, view.purpose.kind, viewport, bounds, today);
  const coverage = whole.value ? { ...whole.value, activity: (close ?? whole.value).activity } : nothingKnown;
  const position = live ? now : (report?.at ?? asked);

  useEffect(() => {
    const timer = window.setInterval(() => setNow(boxNow()), 1000);
    return () => window.clearInterval(timer);
  }, []);

  useEffect(() => {
    if (live) return;
    const made = new Playback(video.current!, { cameraId: camera.id, viewId: view.id, purpose: view.purpose.kind, mime: camera.mime }, setReport);
    playback.current = made;
    if (whole.value) made.know(whole.value);
    made.seek(asked);
    made.play();
    return () => {
      playback.current = null;
      made.destroy();
      setReport(null);
    };
  }, [live, camera.id, view.id]);

  useEffect(() => {
    if (whole.value) playback.current?.know(whole.value);
  }, [whole.value]);
  useEffect(() => {
    if (report?.problem && report.problem.status >= 400) recheckView();
  }, [report?.problem]);

  // The day follows the player over midnight, and the zoomed view follows the position when that
  // runs out of it; a reader who looks at another day or stretch meanwhile is left there.
  const seen = useRef(position);
  useEffect(() => {
    const before = seen.current;
    seen.current = position;
    const here = dayOf(position, zone);
    if (here !== day) {
      if (dayOf(before, zone) === day) showDay(here);
    } else if (before >= viewport.from && before <= viewport.to) setViewport((v) => follow(v, position, bounds));
  }, [Math.floor(position), live]);

  /** While scrubbing, the picture follows at most a few times a second. */
  const seek = (at: number, phase: "scrub" | "settle" = "settle") => {
    const to = Math.min(at, boxNow() - 1);
    const there = dayOf(to, zone);
    if (there !== day) showDay(there);
    else setViewport((v) => follow(v, to, bounds));
    seen.current = to;
    setAsked(to);
    if (live) return setLive(false);
    window.clearTimeout(scrub.current);
    if (phase === "settle") playback.current?.seek(to);
    else scrub.current = window.setTimeout(() => playback.current?.seek(to), 150);
  };

  const showDay = (to: string) => {
    setDay(to);
    setViewport(dayBounds(to, zone));
  };

  const act = (command: Command): void => {
    const player = playback.current;
    switch (command.kind) {
      case "toggle":
        return live ? seek(boxNow() - 2) : player?.toggle();
      case "skip":
        return seek(position + command.seconds);
      case "step":
        return live ? seek(boxNow() - 2) : void player?.step(command.by);
      case "rate":
        if (live) seek(boxNow() - 30);
        player?.setRate(command.rate);
        return player?.play();
      case "in":
        return setRange((r) => ({ in: position, out: r.out !== null && r.out > position ? r.out : null }));
      case "out":
        return setRange((r) => ({ in: r.in !== null && r.in < position ? r.in : null, out: position }));
      case "clear":
        return setRange({ in: null, out: null });
      case "live":
        setLive(true);
        return showDay(dayOf(boxNow(), zone));
      case "zoom":
        return setViewport((v) => zoomAround(v, command.factor, Math.min(Math.max(position, v.from), v.to), bounds));
      case "pan":
        return setViewport((v) => pan(v, command.widths * (v.to - v.from), bounds));
      case "jump":
      case "help":
      case "export":
      case "hold":
        return setDialog(command.kind);
    }
  };

  const latest = useRef({ act, rate: report?.rate ?? 1, playing: false });
  latest.current = { act, rate: report?.rate ?? 1, playing: report?.state === "playing" };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const command = commandOf(event, latest.current);
      if (!command) return;
      event.preventDefault();
      latest.current.act(command);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);

  const chosen = range.in !== null && range.out !== null ? { from: range.in, to: range.out } : null;
  const marked = chosen ?? { from: range.in ?? position - 60, to: range.out ?? Math.min((range.in ?? position) + (range.in === null ? 0 : 60), now) };
  const playing = report !== null && (report.state === "playing" || (report.state === "loading" && !video.current?.paused));
  return (
    <div class="recordings">
      {live ? <LivePicture camera={camera} view={view} /> : <Stage video={video} camera={camera} report={report} coverage={coverage} zone={zone} onRetry={() => seek(position)} />}
      <Controls playing={live || playing} live={live} rate={report?.rate ?? 1} range={chosen ? "whole" : range.in !== null || range.out !== null ? "begun" : "none"} act={act} />
      <DayBar day={day} today={dayOf(now, zone)} zone={zone} position={position} exact={!live && report?.state === "paused"} range={range} viewport={viewport} onDay={showDay} act={act} />
      <Timeline
        day={bounds}
        viewport={clamp(viewport, bounds)}
        coverage={coverage}
        position={position}
        now={now}
        selection={range}
        zone={zone}
        frameAddress={(at) => path.camera(camera.id, "frame", { at: toRfc3339(at), view: view.id, height: "120" })}
        onSeek={seek}
        onViewport={setViewport}
      />
      <Legend coverage={coverage} />
      {whole.problem && <Failed problem={whole.problem} onRetry={whole.reload} />}
      {whole.value && whole.value.recorded.length === 0 && <p class="notice">{whole.value.restricted.length > 0 ? "What is recorded on this day is restricted." : "Nothing is recorded on this day."}</p>}
      {dialog === "jump" && (
        <JumpDialog
          start={position}
          zone={zone}
          onClose={() => setDialog(null)}
          onJump={(at) => {
            setDialog(null);
            seek(at);
          }}
        />
      )}
      {dialog === "help" && <HelpDialog onClose={() => setDialog(null)} />}
      {dialog === "export" && (
        <ExportDialog
          camera={camera}
          range={marked}
          kind={view.purpose.kind}
          zone={zone}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === "hold" && <HoldDialog cameras={[camera.id]} range={marked} onPlaced={whole.reload} onClose={() => setDialog(null)} />}
    </div>
  );
}

/** Finer activity for a zoomed view: asks again once the zoom has settled. */
function useCloseUp(cameraId: string, purpose: PurposeKind, viewport: Interval, day: Interval, today: boolean) {
  const length = viewport.to - viewport.from;
  const near = length < (day.to - day.from) / 2;
  // A margin on both sides, on a grid as wide as the view, so that panning a little asks nothing new.
  const grid = 2 ** Math.ceil(Math.log2(Math.max(60, length)));
  const from = Math.max(day.from, Math.floor(viewport.from / grid - 0.5) * grid);
  const to = Math.min(day.to, from + grid * 3);
  const [settled, setSettled] = useState<Interval>(MISSING);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(near ? { from, to } : MISSING), 250);
    return () => window.clearTimeout(timer);
  }, [near, from, to]);
  const key = settled.to > settled.from ? `${cameraId} ${settled.from} ${settled.to}` : null;
  return useResource(key, (signal) => timeline(cameraId, purpose, settled, signal), today ? 5000 : undefined).value;
}
