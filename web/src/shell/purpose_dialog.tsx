// Asks what the viewing is for, before any footage is asked for: kind and reason go to the box,
// which logs them before the first byte. Refuses an empty reason. Next: main.tsx keeps the view.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { postJson, problemFrom } from "../api";
import type { Problem, Purpose, PurposeKind, View } from "../contract";
import { purposeWords } from "../words";
import { Dialog } from "./dialog";
import { Failed } from "./notices";

const hints: Record<PurposeKind, string> = {
  patrol_review: "Routine look over the estate.",
  incident: "Something happened, or may have.",
  case: "A request or investigation with a reference.",
  camera_check: "Is the camera aimed, clean and sharp?",
  legal_claim: "To make or defend a claim in law. Shows restricted footage too.",
};

interface PurposeProps {
  current: Purpose | null;
  onStated: (view: View) => void;
  onClose: () => void;
}

export function PurposeDialog({ current, onStated, onClose }: PurposeProps): JSX.Element {
  const [kind, setKind] = useState<PurposeKind>(current?.kind ?? "patrol_review");
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const purpose: Purpose = { kind, reason: reason.trim() };
    try {
      const { id } = await postJson<{ id: string }>("/api/v1/views", { purpose });
      onStated({ id, purpose });
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setBusy(false);
    }
  };

  return (
    <Dialog title="What is this viewing for?" onClose={onClose} class="purpose">
      <form onSubmit={submit}>
        <p class="lead">People are in this footage. Your purpose is written to the audit log before the first picture is shown.</p>
        <fieldset>
          <legend>Purpose</legend>
          <div class="choices">
            {(Object.keys(purposeWords) as PurposeKind[]).map((each) => (
              <label key={each} class="choice">
                <input type="radio" name="kind" value={each} checked={kind === each} onChange={() => setKind(each)} />
                <span>
                  <strong>{purposeWords[each]}</strong>
                  <small>{hints[each]}</small>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <label class="field">
          <span>{kind === "case" ? "Case reference and reason" : "Reason"}</span>
          <input name="reason" autofocus required maxLength={500} autocomplete="off" value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
        </label>
        {problem && <Failed problem={problem} />}
        <footer>
          <button type="submit" class="primary" disabled={busy || reason.trim() === ""}>
            {busy ? "Noting…" : "Note it and show footage"}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** What stands where footage would be while no purpose is stated. */
export function PurposeNeeded({ onAsk }: { onAsk: () => void }): JSX.Element {
  return (
    <div class="notice empty">
      <h2>No purpose stated yet</h2>
      <p>Footage is shown once you say what you look at it for.</p>
      <button type="button" class="primary" onClick={onAsk}>
        State the purpose
      </button>
    </div>
  );
}
