// The film beside its source, for whoever drew it and for the second person: watched, asked to be reviewed,
// approved or sent back. By keyboard alone as well. Next: review_dialog.tsx.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { problemFrom, request } from "../api";
import type { Problem, Redaction } from "../contract";
import { Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { bytes } from "../words";
import { dateTime, fromRfc3339 } from "../site_time";
import { frameAt, frameCount, type Plan, secondsAt } from "./plan";
import { PlayerButton } from "./player_button";
import { ReviewDialog, type Verdict } from "./review_dialog";
import { Picture } from "./stage";
import { BATCH, heightFor, type Stills } from "./stills";
import { useStill } from "./use_still";
import { clipTime } from "./words";

interface FilmProps {
  url: string;
  redaction: Redaction;
  film: NonNullable<Redaction["film"]>;
  plan: Plan;
  stills: Stills;
  onDone: () => void;
}

export function FilmView({ url, redaction, film, plan, stills, onDone }: FilmProps): JSX.Element {
  const { zone } = useWorkspace();
  const { source, problem, retry } = useFilm(`${url}/film.mp4`, film.sha256);
  const video = useRef<HTMLVideoElement>(null);
  const [frame, setFrame] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [watched, setWatched] = useState<ReadonlySet<number>>(new Set());
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const count = frameCount(plan);
  const height_px = heightFor(480, plan.clip.height_px);
  const wanted = { look: { view: "source" as const }, height_px };
  const before = useStill(stills, wanted, frame);
  const share = Math.min(1, watched.size / Math.max(1, Math.ceil(secondsAt(plan, count - 1))));

  /** The film stands because the source's pictures are on their way: it goes on with them. */
  const waiting = useRef(false);

  const shown = (seconds: number) => {
    const now = frameAt(plan, seconds);
    setFrame(now);
    setWatched((before) => (before.has(Math.floor(seconds)) ? before : new Set(before).add(Math.floor(seconds))));
    const element = video.current;
    // Side by side means the same instant on both sides: a reviewer compares, so the film waits.
    if (element && !element.paused && stills.peek(wanted, now) === undefined) {
      waiting.current = true;
      element.pause();
      void stills.fetch(wanted, now, Math.min(BATCH, count - now), 1).then(
        () => {
          if (waiting.current) video.current?.play().catch(stand);
        },
        stand,
      );
    } else stills.ahead(wanted, now, count).catch(() => undefined);
  };
  const started = () => {
    waiting.current = false;
    setPlaying(true);
  };
  const stand = () => {
    waiting.current = false;
    video.current?.pause();
    setPlaying(false);
  };
  useEffect(() => {
    const element = video.current;
    if (!element || !source) return;
    let handle = 0;
    const each = (_now: number, { mediaTime }: VideoFrameCallbackMetadata) => {
      shown(mediaTime);
      handle = element.requestVideoFrameCallback(each);
    };
    handle = element.requestVideoFrameCallback(each);
    return () => element.cancelVideoFrameCallback(handle);
  }, [source]);

  const go = (to: number) => {
    const element = video.current;
    if (!element) return;
    stand();
    const at = Math.min(Math.max(to, 0), count - 1);
    const [from, until] = [secondsAt(plan, at), at + 1 < count ? secondsAt(plan, at + 1) : secondsAt(plan, at) + 0.02];
    element.currentTime = (from + until) / 2;
    setFrame(at);
  };
  const toggle = () => void (video.current?.paused && !waiting.current ? video.current.play().catch(() => undefined) : stand());
  const acting = useRef({ go, toggle, frame });
  acting.current = { go, toggle, frame };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("input, select, textarea, dialog, video, button, a[href]") && event.key !== "," && event.key !== ".") return;
      const { go, toggle, frame } = acting.current;
      if (event.key === " ") toggle();
      else if (event.key === "," || event.key === "ArrowLeft") go(frame - 1);
      else if (event.key === "." || event.key === "ArrowRight") go(frame + 1);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);

  return (
    <div class="film">
      {problem && <Failed problem={problem} onRetry={retry} />}
      <div class="stage stage-both" data-frame={frame} data-before={before.frame ?? ""}>
        <Picture name="Before" shown={before} frame={frame} plan={plan} />
        <figure class="look">
          {source ? <video ref={video} src={source} controls playsInline muted onPlay={started} onPause={() => !waiting.current && setPlaying(false)} aria-label="The film as it would go out" width={plan.clip.width_px} height={plan.clip.height_px} /> : !problem && <Loading what={`the film, ${bytes(film.bytes)}`} />}
          <figcaption>
            <span>The film as it would go out</span>
          </figcaption>
        </figure>
      </div>
      <div class="controls" role="group" aria-label="Player">
        <div class="cluster">
          <PlayerButton icon="frame-back" label="One frame back" keys="," onPress={() => go(frame - 1)} />
          <PlayerButton icon={playing ? "pause" : "play"} label={playing ? "Pause" : "Play"} keys="Space" onPress={toggle} />
          <PlayerButton icon="frame-forward" label="One frame forward" keys="." onPress={() => go(frame + 1)} />
        </div>
        <p class="clock">
          <span class="time">{clipTime(secondsAt(plan, frame))}</span>
          <span class="dim">
            frame {frame + 1} of {count}
          </span>
        </p>
        <p class="dim" role="status">
          {share >= 1 ? "You have watched all of it." : `You have watched ${Math.floor(share * 100)} % of it.`}
        </p>
      </div>
      <div class="card stack verdict-card">
        <p class="dim">
          {bytes(film.bytes)}, made {dateTime(fromRfc3339(film.at), zone)} and checked against the plan picture by picture. SHA-256 <code>{film.sha256.slice(0, 16)}…</code>
          {film.undecoded > 0 && ` ${film.undecoded} frames could not be decoded; they are hidden whole.`}
        </p>
        <Standing redaction={redaction} />
        <div class="cluster">
          {redaction.stands === "rendered" && redaction.worked_on && redaction.turn?.turn !== "asked" && (
            <button type="button" class="primary" disabled={redaction.doubts_open > 0} onClick={() => setVerdict("ask")}>
              Ask for review…
            </button>
          )}
          {redaction.stands === "rendered" && redaction.turn?.turn === "asked" && (
            <>
              <button type="button" class={redaction.worked_on ? "" : "primary"} onClick={() => setVerdict("approve")}>
                Approve…
              </button>
              <button type="button" onClick={() => setVerdict("return")}>
                Send back…
              </button>
            </>
          )}
        </div>
      </div>
      {verdict && (
        <ReviewDialog
          url={url}
          verdict={verdict}
          film={film.sha256}
          share={share}
          onClose={() => setVerdict(null)}
          onDone={() => {
            setVerdict(null);
            onDone();
          }}
        />
      )}
    </div>
  );
}

function Standing({ redaction }: { redaction: Redaction }): JSX.Element {
  const { zone } = useWorkspace();
  const { turn, reviewed } = redaction;
  const when = (at: string) => dateTime(fromRfc3339(at), zone);
  if (reviewed) return <p class="good">Approved by {reviewed.by}, {when(reviewed.at)}. It goes out when the request is released.</p>;
  if (turn?.turn === "sent_back") return <p class="warn">{turn.by} sent it back, {when(turn.at)}: “{turn.reason}”</p>;
  if (turn?.turn === "asked" && redaction.worked_on) return <p>{turn.by} asked for review, {when(turn.at)}. You had a hand in it: somebody else watches and approves it.</p>;
  if (turn?.turn === "asked") return <p>{turn.by} asked for review, {when(turn.at)}. Look for anybody but the subject, in every corner, to the end.</p>;
  if (redaction.doubts_open > 0) return <p class="warn">{redaction.missing}</p>;
  return <p>Watch it to the end. Then ask a colleague who has drawn nothing in it to review it.</p>;
}

/** The film, fetched whole, so that any frame of it can be gone to. */
function useFilm(address: string, sha256: string): { source: string | null; problem: Problem | null; retry: () => void } {
  const [source, setSource] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    let made: string | null = null;
    const load = async () => {
      setProblem(null);
      try {
        const answer = await request(address, { signal: abort.signal });
        made = URL.createObjectURL(await answer.blob());
        setSource(made);
      } catch (thrown) {
        if (!abort.signal.aborted) setProblem(problemFrom(thrown));
      }
    };
    void load();
    return () => {
      abort.abort();
      setSource(null);
      if (made) URL.revokeObjectURL(made);
    };
  }, [address, sha256, turn]);
  return { source, problem, retry: () => setTurn((n) => n + 1) };
}
