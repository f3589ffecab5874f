// Footage that goes before its time, asked for by one person and granted by another: the list, and the
// dialog that asks. Next: shell/confirm_dialog.tsx takes the second person's password.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { boxNow, getJson, postJson, problemFrom } from "../api";
import type { Deletion, Problem } from "../contract";
import { useCameras } from "../pages/grid_page";
import { useResource } from "../resource";
import type { Act } from "../shell/confirm_dialog";
import { CameraTicks } from "../shell/camera_ticks";
import { Dialog } from "../shell/dialog";
import { DialogEnd } from "../shell/dialog_end";
import { InstantField, meant, typedAt } from "../shell/instant_field";
import { Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { dateTime, fromRfc3339, toRfc3339 } from "../site_time";
import { decidesForgetting } from "../words";

const stateWords: Record<Deletion["state"], string> = {
  "awaiting second person": "Awaiting a second person",
  granted: "Granted; what no hold keeps goes",
  done: "Done",
};

export function Deletions({ onAct }: { onAct: (act: Act) => void }): JSX.Element {
  const { session, zone } = useWorkspace();
  const deletions = useResource("deletions", (signal) => getJson<Deletion[]>("/api/v1/deletions", signal), 10_000);
  const [asking, setAsking] = useState(false);
  const decides = decidesForgetting(session.user.role);
  const mine = (deletion: Deletion) => deletion.first.id === `staff:${session.user.id}`;
  return (
    <section class="part" aria-labelledby="deletions">
      <div class="part-head">
        <h2 id="deletions">Before its time</h2>
        {decides && (
          <button type="button" onClick={() => setAsking(true)}>
            Ask for early deletion…
          </button>
        )}
      </div>
      {!deletions.value && (deletions.problem ? <Failed problem={deletions.problem} onRetry={deletions.reload} /> : <Loading what="early deletions" />)}
      {deletions.value?.length === 0 && <p class="notice">Nothing was deleted before its time. It takes two people, as when a request for erasure (Article 17) is upheld.</p>}
      {deletions.value && deletions.value.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Early deletions">
          <table>
            <thead>
              <tr>
                <th scope="col">Case</th>
                <th scope="col">Cameras</th>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {deletions.value.map((deletion) => (
                <tr key={deletion.id}>
                  <th scope="row">
                    {deletion.case}
                    <p class="under">{deletion.reason}</p>
                  </th>
                  <td>{deletion.cameras.join(", ")}</td>
                  <td class="num">{dateTime(fromRfc3339(deletion.from), zone)}</td>
                  <td class="num">{dateTime(fromRfc3339(deletion.to), zone)}</td>
                  <td>
                    {stateWords[deletion.state]}
                    <p class="under">
                      asked by {deletion.first.name}
                      {deletion.second && `, granted by ${deletion.second.name}`}
                      {deletion.done && `, ${dateTime(fromRfc3339(deletion.done), zone)}`}
                    </p>
                    {decides && deletion.state === "awaiting second person" && !mine(deletion) && (
                      <button type="button" onClick={() => onAct(grant(deletion))}>
                        Grant…
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {asking && (
        <AskDialog
          onClose={() => setAsking(false)}
          onAsked={() => {
            setAsking(false);
            deletions.reload();
          }}
        />
      )}
    </section>
  );
}

const grant = (deletion: Deletion): Act => ({
  title: "Grant early deletion",
  verb: "Destroy it",
  path: `/api/v1/deletions/${encodeURIComponent(deletion.id)}/grant`,
  meaning: <p>What {deletion.case} names is destroyed with the next run, for good, in whole segments; what a hold keeps stays.</p>,
});

function AskDialog({ onAsked, onClose }: { onAsked: () => void; onClose: () => void }): JSX.Element {
  const { zone } = useWorkspace();
  const cameras = useCameras();
  const now = boxNow();
  const [chosen, setChosen] = useState<string[]>([]);
  const [from, setFrom] = useState(() => typedAt(Math.floor(now - 3600), zone));
  const [to, setTo] = useState(() => typedAt(Math.floor(now), zone));
  const [reference, setReference] = useState("");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [sentence, setSentence] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const submit = async (event: Event) => {
    event.preventDefault();
    setSentence(null);
    setProblem(null);
    const [start, end] = [meant(from, zone), meant(to, zone)];
    if (chosen.length === 0) return setSentence("Choose at least one camera.");
    if ("sentence" in start) return setSentence(start.sentence);
    if ("sentence" in end) return setSentence(end.sentence);
    setBusy(true);
    try {
      await postJson<Deletion>("/api/v1/deletions", { cameras: chosen, from: toRfc3339(start.at), to: toRfc3339(end.at), reason: reason.trim(), case: reference.trim() });
      onAsked();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setBusy(false);
    }
  };

  return (
    <Dialog title="Ask for early deletion" onClose={onClose} class="deletion">
      <form onSubmit={submit}>
        <p>Nothing goes until another person grants it. Then whole segments are destroyed for good; what a hold keeps stays.</p>
        <CameraTicks legend="Cameras" cameras={cameras.value} chosen={chosen} onChange={setChosen} />
        <div class="pair">
          <InstantField label="From" value={from} zone={zone} onChange={setFrom} />
          <InstantField label="To" value={to} zone={zone} onChange={setTo} />
        </div>
        <div class="pair">
          <label class="field">
            <span>Case reference</span>
            <input name="case" required maxLength={60} autocomplete="off" value={reference} onInput={(e) => setReference(e.currentTarget.value)} />
          </label>
          <label class="field">
            <span>Reason</span>
            <input name="reason" required maxLength={500} autocomplete="off" value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
          </label>
        </div>
        <DialogEnd sentence={sentence} problem={problem} verb="Ask" sending={busy ? "Ask" : null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
