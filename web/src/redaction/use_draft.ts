// The plan while somebody draws: what was done, undone and done again, and whether the box has it. Next:
// editor.tsx.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { boxNow, putJson } from "../api";
import type { RedactionShown } from "../contract";
import { Autosave, type Saving } from "./autosave";
import type { Hand } from "./edits";
import { begun, did, type History, redone, undone } from "./history";
import type { Plan } from "./plan";

export interface Draft {
  plan: Plan;
  history: History;
  saving: Saving;
  /** The revision that the box has of it. */
  revision: number;
  /** Does something; a sentence if it can't be done. */
  edit: (what: string, change: (plan: Plan, hand: Hand) => Plan | string, gesture?: string | null) => string | null;
  undo: () => void;
  redo: () => void;
  /** The same, read at the moment. */
  saved: () => number;
  /** Sends what waits; whether all is saved then. */
  flush: () => Promise<boolean>;
  /** After a conflict: saves this plan over the one that is there. */
  over: (revision: number) => Promise<boolean>;
}

export function useDraft(url: string, shown: RedactionShown<Plan>): Draft {
  const [history, setHistory] = useState(() => begun(shown.plan));
  const current = useRef(history);
  current.current = history;
  const [saving, setSaving] = useState<Saving>({ state: "saved", at: null });
  const autosave = useMemo(
    () => new Autosave({ revision: shown.revision, send: (plan, revision) => putJson<{ revision: number }>(`${url}/plan`, { revision, plan }), now: boxNow, told: setSaving }),
    [url],
  );
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (!autosave.isSettled) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("beforeunload", warn);
      // Whoever goes to another page leaves nothing behind unsaved.
      void autosave.flush().finally(() => autosave.stop());
    };
  }, [autosave]);

  const became = (next: History) => {
    if (next.plan !== current.current.plan) autosave.changed(next.plan);
    current.current = next;
    setHistory(next);
  };
  return {
    plan: history.plan,
    history,
    saving,
    revision: autosave.revision,
    edit: (what, change, gesture = null) => {
      if (!shown.me) return "The box doesn’t say who you are to this plan: sign in with an account of your own.";
      const next = change(current.current.plan, { me: shown.me, now: new Date(boxNow() * 1000).toISOString() });
      if (typeof next === "string") return next;
      became(did(current.current, next, what, gesture));
      return null;
    },
    undo: () => became(undone(current.current)),
    redo: () => became(redone(current.current)),
    saved: () => autosave.revision,
    flush: () => autosave.flush(),
    over: (revision) => autosave.over(revision),
  };
}
