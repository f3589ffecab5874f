// Loading things from the API inside a component: a value that is loading, ready or failed, kept
// fresh at an interval, with the last good value shown while the box is away. Next: the pages.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { problemFrom } from "./api";
import type { Problem } from "./contract";

export interface Resource<T> {
  value: T | undefined;
  problem: Problem | undefined;
  reload: () => void;
}

/**
 * Calls `load` now, whenever `key` changes, and every `refresh_ms` while the tab is visible. A null
 * key loads nothing.
 */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>, refresh_ms?: number): Resource<T> {
  const [state, setState] = useState<{ key: string | null; value?: T; problem?: Problem }>({ key });
  const [turn, setTurn] = useState(0);
  const loadNow = useRef(load);
  loadNow.current = load;

  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    let timer: number | undefined;
    const round = async () => {
      if (!document.hidden || turn === 0) {
        try {
          const value = await loadNow.current(abort.signal);
          if (!abort.signal.aborted) setState({ key, value });
        } catch (thrown) {
          if (abort.signal.aborted) return;
          const problem = problemFrom(thrown);
          setState((before) => (before.key === key && before.value !== undefined ? { ...before, problem } : { key, problem }));
        }
      }
      if (refresh_ms && !abort.signal.aborted) timer = window.setTimeout(round, refresh_ms);
    };
    void round();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [key, turn, refresh_ms]);

  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const current = state.key === key ? state : { value: undefined, problem: undefined };
  return { value: current.value, problem: current.problem, reload };
}

/** Names the page in the browser's tab and history. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Holdfast`;
  }, [title]);
}
