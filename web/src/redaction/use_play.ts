// Plays the clip from its stills at its own pace. Where pictures come too slowly the clock waits for them:
// no frame that should have been looked at is passed over because of the network.

import { useEffect, useRef } from "preact/hooks";
import { problemFrom } from "../api";
import type { Problem } from "../contract";
import { frameAt, frameCount, type Plan, secondsAt } from "./plan";
import type { Stills, Wanted } from "./stills";

interface Playing {
  plan: Plan;
  stills: Stills;
  /** What is on screen. */
  wanted: Wanted[];
  frame: number;
  on: boolean;
  onFrame: (frame: number) => void;
  onEnd: (problem: Problem | null) => void;
}

export function usePlay(playing: Playing): void {
  const now = useRef(playing);
  now.current = playing;
  useEffect(() => {
    if (!playing.on) return;
    const count = frameCount(playing.plan);
    let frame = playing.frame >= count - 1 ? 0 : playing.frame;
    /** Seconds into the clip, and when they were reached. */
    let [seconds, since] = [secondsAt(playing.plan, frame), performance.now()];
    let handle = 0;
    const round = (at: number) => {
      const { plan, stills, wanted, onFrame, onEnd } = now.current;
      // Somebody went elsewhere meanwhile.
      if (now.current.frame !== frame) [frame, seconds, since] = [now.current.frame, secondsAt(plan, now.current.frame), at];
      for (const each of wanted) stills.ahead(each, frame, count).catch((thrown: unknown) => onEnd(problemFrom(thrown)));
      const due = frameAt(plan, seconds + (at - since) / 1000);
      const next = due > frame ? frame + 1 : frame;
      if (next >= count) return onEnd(null);
      const here = wanted.every((each) => stills.peek(each, next) !== undefined);
      if (here && next !== frame) {
        // One frame at a time: a late one delays, it is never left out.
        if (due > next + 2) [seconds, since] = [secondsAt(plan, next), at];
        frame = next;
        onFrame(frame);
        now.current = { ...now.current, frame };
      } else if (!here) [seconds, since] = [secondsAt(plan, frame), at];
      if (frame >= count - 1) return onEnd(null);
      handle = requestAnimationFrame(round);
    };
    if (frame !== playing.frame) {
      playing.onFrame(frame);
      now.current = { ...now.current, frame };
    }
    handle = requestAnimationFrame(round);
    return () => cancelAnimationFrame(handle);
  }, [playing.on, playing.stills]);
}
