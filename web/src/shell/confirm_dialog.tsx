// Asks for the reader's own password once more, for an act that lets footage go or takes that back.
// It goes out with the act and is kept nowhere. Next: proof_fields.tsx asks for it; pages/hold_page.tsx and
// pages/retention_page.tsx say what the act is.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { postJson, problemFrom } from "../api";
import type { Problem } from "../contract";
import { Dialog } from "./dialog";
import { Failed } from "./notices";
import { nothingTyped, ProofFields, sent } from "./proof_fields";

/** An act that needs the password: what it is called, where it goes, what it means. */
export interface Act {
  title: string;
  /** The button's words. */
  verb: string;
  path: string;
  /** What goes out with the password. */
  body?: Record<string, unknown>;
  meaning: ComponentChildren;
}

export function ConfirmDialog({ act, onDone, onClose }: { act: Act; onDone: () => void; onClose: () => void }): JSX.Element {
  const [proof, setProof] = useState(nothingTyped);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await postJson<unknown>(act.path, { ...act.body, ...sent(proof) });
      onDone();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setProof(nothingTyped);
      setBusy(false);
    }
  };

  return (
    <Dialog title={act.title} onClose={onClose} class="confirm">
      <form onSubmit={submit}>
        <div class="meaning">{act.meaning}</div>
        <ProofFields first value={proof} onChange={setProof} />
        <p class="hint">You are signed in already; this makes sure that it is you.</p>
        {problem && <Failed problem={problem} />}
        <footer>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={busy || (proof.password === "" && !proof.passkey)}>
            {busy ? "Sending…" : act.verb}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
