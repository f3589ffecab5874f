// A person's word on a film: asked for, given with the password, or refused with a reason. Bound to the very
// film that was watched. Next: film_view.tsx.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { postJson, problemFrom } from "../api";
import type { Problem } from "../contract";
import { Labelled } from "../requests/fields";
import { Dialog } from "../shell/dialog";
import { DialogEnd } from "../shell/dialog_end";
import { nothingTyped, ProofFields, sent } from "../shell/proof_fields";

export type Verdict = "ask" | "approve" | "return";

interface ReviewProps {
  url: string;
  verdict: Verdict;
  /** SHA-256 of the film. */
  film: string;
  /** How much of it was watched here. */
  share: number;
  onDone: () => void;
  onClose: () => void;
}

const acts = {
  ask: { title: "Ask for review", verb: "Ask for review", path: "review", meaning: "Somebody who has drawn nothing in it watches it beside the source. If you change the drawing, it is rendered and asked for again." },
  approve: { title: "Approve the film", verb: "Approve", path: "approval", meaning: "You have watched all of it beside the source, and nobody but the subject can be recognised. It can go out then, and can’t be taken back." },
  return: { title: "Send it back", verb: "Send it back", path: "return", meaning: "Whoever drew it reads what you write. Say at which time somebody shows, and where." },
} as const;

export function ReviewDialog({ url, verdict, film, share, onDone, onClose }: ReviewProps): JSX.Element {
  const act = acts[verdict];
  const [reason, setReason] = useState("");
  const [proof, setProof] = useState(nothingTyped);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await postJson<unknown>(`${url}/${act.path}`, { film, ...(verdict === "ask" ? {} : { reason: reason.trim() }), ...(verdict === "approve" ? sent(proof) : {}) });
      onDone();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setProof(nothingTyped);
      setBusy(false);
    }
  };
  return (
    <Dialog title={act.title} onClose={onClose} class="hold">
      <form onSubmit={submit}>
        <p class="hint">{act.meaning}</p>
        {share < 1 && verdict !== "return" && <p class="warn">You have watched {Math.floor(share * 100)} % of it on this page.</p>}
        {verdict !== "ask" && (
          <Labelled label={verdict === "approve" ? "What you looked at" : "Why it goes back"}>
            <input name="reason" autofocus required maxLength={500} autocomplete="off" value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
          </Labelled>
        )}
        {verdict === "approve" && <ProofFields value={proof} onChange={setProof} />}
        <DialogEnd problem={problem} verb={act.verb} sending={busy ? "Sending…" : null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
