// One frame on screen: the newest that was asked for, with the one before left standing until it has come, so
// that nothing flickers. While one is on its way only the last of those asked for meanwhile is fetched next.

import { useEffect, useRef, useState } from "preact/hooks";
import { problemFrom } from "../api";
import type { Problem } from "../contract";
import type { Stills, Wanted } from "./stills";

export interface Shown {
  url: string | null;
  /** Of which frame the picture is; null before the first. */
  frame: number | null;
  problem: Problem | null;
}

interface Ask {
  stills: Stills;
  wanted: Wanted | null;
  frame: number;
}

export function useStill(stills: Stills, wanted: Wanted | null, frame: number): Shown {
  const [shown, setShown] = useState<Shown>({ url: null, frame: null, problem: null });
  const ask = useRef<Ask>({ stills, wanted, frame });
  ask.current = { stills, wanted, frame };
  const state = useRef({ fetching: false, alive: true });
  const look = keyOfLook(wanted);

  useEffect(() => {
    state.current.alive = true;
    return () => {
      state.current.alive = false;
    };
  }, []);

  useEffect(() => {
    const show = (url: string | null, frame: number) => state.current.alive && setShown({ url, frame, problem: null });
    const round = async (): Promise<void> => {
      const { stills, wanted, frame } = ask.current;
      if (!wanted || !state.current.alive) return;
      const here = stills.peek(wanted, frame);
      if (here !== undefined) return void show(here, frame);
      if (state.current.fetching) return;
      state.current.fetching = true;
      try {
        const url = await stills.get(wanted, frame);
        if (url) await decoded(url);
        show(url, frame);
      } catch (thrown) {
        if (state.current.alive) setShown((before) => ({ ...before, problem: problemFrom(thrown) }));
        return;
      } finally {
        state.current.fetching = false;
      }
      const now = ask.current;
      if (now.frame !== frame || now.stills !== stills || keyOfLook(now.wanted) !== keyOfLook(wanted)) await round();
    };
    void round();
  }, [stills, look, frame]);
  return shown;
}

async function decoded(url: string): Promise<void> {
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => undefined);
}

const keyOfLook = (wanted: Wanted | null): string => (wanted ? `${wanted.look.view === "source" ? "source" : wanted.look.revision} ${wanted.height_px}` : "");
