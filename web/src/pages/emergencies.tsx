// Footage opened in an emergency: the dialog that opens it, and the list that the data protection officer
// works through on the compliance page. Next: main.tsx and compliance_page.tsx.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { getJson, postJson, problemFrom } from "../api";
import type { Emergency, Problem } from "../contract";
import { useResource } from "../resource";
import { Dialog } from "../shell/dialog";
import { DialogEnd } from "../shell/dialog_end";
import { Failed, Loading } from "../shell/notices";
import { nothingTyped, ProofFields, sent } from "../shell/proof_fields";
import { useWorkspace } from "../shell/workspace";
import { dateTime, fromRfc3339 } from "../site_time";

const WORDS_MIN = 3;

/** A button that opens footage in an emergency; `onOpened` is called once it is open. */
export function EmergencyButton({ onOpened }: { onOpened: () => void }): JSX.Element {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        Open footage in an emergency…
      </button>
      {asking && (
        <EmergencyDialog
          onClose={() => setAsking(false)}
          onOpened={() => {
            setAsking(false);
            onOpened();
          }}
        />
      )}
    </>
  );
}

function EmergencyDialog({ onOpened, onClose }: { onOpened: () => void; onClose: () => void }): JSX.Element {
  const [reason, setReason] = useState("");
  const [proof, setProof] = useState(nothingTyped);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const few = reason.trim().split(/\s+/).length < WORDS_MIN;
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await postJson<unknown>("/api/v1/emergencies", { reason: reason.trim(), ...sent(proof) });
      onOpened();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setProof(nothingTyped);
      setBusy(false);
    }
  };
  return (
    <Dialog title="Open footage in an emergency" onClose={onClose} class="confirm">
      <form onSubmit={submit}>
        <p class="lead">For an emergency when nobody whose role sees footage can be reached. It closes by itself. The data protection officer is told, and looks at every opening.</p>
        <label class="field">
          <span>What has happened, and who asks?</span>
          <input name="reason" autofocus required maxLength={500} autocomplete="off" value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
        </label>
        <ProofFields value={proof} onChange={setProof} />
        <DialogEnd sentence={reason !== "" && few ? `Say it in ${WORDS_MIN} words at least.` : null} problem={problem} verb="Open footage" sending={busy ? "Opening…" : null} onClose={onClose} />
      </form>
    </Dialog>
  );
}

/** Every opening, those that wait to be looked at marked. */
export function Emergencies({ onLooked }: { onLooked: () => void }): JSX.Element {
  const { zone } = useWorkspace();
  const all = useResource("emergencies", (signal) => getJson<Emergency[]>("/api/v1/emergencies", signal));
  const [looking, setLooking] = useState<Emergency | null>(null);
  if (!all.value) return all.problem ? <Failed problem={all.problem} onRetry={all.reload} /> : <Loading what="what was opened in an emergency" />;
  return (
    <section class="part">
      <h2 id="emergencies">Footage opened in an emergency</h2>
      {all.value.length === 0 && <p class="dim">Nobody has opened footage in an emergency.</p>}
      {all.value.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Footage opened in an emergency">
          <table>
            <thead>
              <tr>
                <th scope="col">Opened</th>
                <th scope="col">Until</th>
                <th scope="col">By</th>
                <th scope="col">Why</th>
                <th scope="col">Looked at</th>
              </tr>
            </thead>
            <tbody>
              {all.value.map((each) => (
                <tr key={each.id}>
                  <th scope="row" class="num">
                    {dateTime(fromRfc3339(each.opened), zone)}
                  </th>
                  <td class="num">{dateTime(fromRfc3339(each.until), zone)}</td>
                  <td>{each.by}</td>
                  <td>{each.reason ?? "erased"}</td>
                  <td>
                    {each.looked_at === null ? (
                      <button type="button" onClick={() => setLooking(each)}>
                        Mark as read…
                      </button>
                    ) : (
                      <>
                        {dateTime(fromRfc3339(each.looked_at), zone)}: {each.note ?? "erased"}
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {looking && (
        <LookDialog
          emergency={looking}
          onClose={() => setLooking(null)}
          onDone={() => {
            setLooking(null);
            all.reload();
            onLooked();
          }}
        />
      )}
    </section>
  );
}

function LookDialog({ emergency, onDone, onClose }: { emergency: Emergency; onDone: () => void; onClose: () => void }): JSX.Element {
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await postJson<unknown>(`/api/v1/emergencies/${emergency.id}/look`, { note: note.trim() });
      onDone();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog title="Mark as read" onClose={onClose} class="confirm">
      <form onSubmit={submit}>
        <p class="lead">
          {emergency.by} opened footage: “{emergency.reason ?? "erased"}”. The audit log shows what was looked at. After this they may open it again.
        </p>
        <label class="field">
          <span>What you found</span>
          <input name="note" autofocus required minLength={3} maxLength={500} autocomplete="off" value={note} onInput={(e) => setNote(e.currentTarget.value)} />
        </label>
        <DialogEnd problem={problem} verb="Mark as read" sending={busy ? "Noting…" : null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
