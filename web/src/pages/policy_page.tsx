// The provider's CCTV policy: its text, one's own acknowledgement with the date of training, and for those who
// answer for it, who has and who has not. Stands in for a page of footage until it was read. Next: main.tsx.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { boxNow, getJson, postJson, problemFrom } from "../api";
import type { Policy, PolicyReader, Problem } from "../contract";
import { useResource, useTitle } from "../resource";
import { Empty, Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { policyWords, roleWords } from "../words";

/** Why it is asked now, and what its end means. */
function why({ state, day }: Policy["standing"]): string {
  switch (state) {
    case "not_asked":
      return "";
    case "fresh":
      return `You have acknowledged this policy. It is asked again on ${day}.`;
    case "due_at":
      return `Your acknowledgement or training runs out on ${day}. Do it again before then.`;
    case "due":
      return `Your acknowledgement ran out on ${day}. Footage is shown once you acknowledge the policy again.`;
    case "new_text":
      return "The policy has changed since you acknowledged it. Footage is shown once you acknowledge the new text.";
    case "never":
      return "Footage is shown once you have read this policy and said when you were trained.";
    case "training_too_old":
      return `Your training has been out of date since ${day}. Footage is shown once you give the date of a new one.`;
  }
}

export function PolicyPage({ onDone }: { onDone: () => void }): JSX.Element {
  const { session } = useWorkspace();
  useTitle("Policy");
  const policy = useResource("policy", (signal) => getJson<Policy>("/api/v1/policy", signal));
  const answersForIt = session.user.role === "data_protection_officer" || session.user.role === "administrator";
  if (!policy.value) return policy.problem ? <Failed problem={policy.problem} onRetry={policy.reload} /> : <Loading what="the policy" />;
  const { text, version, standing } = policy.value;
  const seesFootage = session.user.role !== "administrator" && session.user.role !== "auditor";
  return (
    <>
      <div class="page-head">
        <h1>CCTV policy</h1>
      </div>
      {text === null || version === null ? (
        <Empty title="No policy is configured">
          <p>Nobody is asked to acknowledge one. An administrator can name its file in the configuration.</p>
        </Empty>
      ) : (
        <>
          {seesFootage && (
            <p class={`notice ${standing.clear ? "" : "failed"}`} role="status">
              {why(standing)}
            </p>
          )}
          <section class="part policy-text" aria-label="The policy">
            {text
              .split(/\n\s*\n/)
              .filter((paragraph) => paragraph.trim() !== "")
              .map((paragraph, number) => (
                <p key={number}>{paragraph.trim()}</p>
              ))}
          </section>
          {seesFootage && standing.state !== "fresh" && (
            <AcknowledgeForm
              version={version}
              onDone={() => {
                policy.reload();
                onDone();
              }}
            />
          )}
        </>
      )}
      {answersForIt && text !== null && <Readers />}
    </>
  );
}

function AcknowledgeForm({ version, onDone }: { version: string; onDone: () => void }): JSX.Element {
  const [trained, setTrained] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await postJson<unknown>("/api/v1/policy/acknowledgement", { version, trained });
      onDone();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    }
    setBusy(false);
  };
  const today = new Date(boxNow() * 1000).toISOString().slice(0, 10);
  return (
    <form class="part" onSubmit={submit}>
      <label class="field">
        <span>Date of your last CCTV training</span>
        <input type="date" name="trained" required max={today} value={trained} onInput={(e) => setTrained(e.currentTarget.value)} />
      </label>
      <label class="tick">
        <input type="checkbox" name="read" required /> I have read this policy and will keep to it
      </label>
      {problem && <Failed problem={problem} />}
      <p>
        <button type="submit" class="primary" disabled={busy}>
          {busy ? "Noting…" : "Acknowledge"}
        </button>
      </p>
      <p class="hint">Your acknowledgement is logged. It is asked for again in a year, and whenever the text changes.</p>
    </form>
  );
}

function Readers(): JSX.Element {
  const readers = useResource("readers", (signal) => getJson<PolicyReader[]>("/api/v1/policy/readers", signal));
  if (!readers.value) return readers.problem ? <Failed problem={readers.problem} onRetry={readers.reload} /> : <Loading what="who has acknowledged it" />;
  return (
    <section class="part">
      <h2>Who has acknowledged it</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Who has acknowledged it">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Role</th>
              <th scope="col">Stands</th>
              <th scope="col">Day</th>
            </tr>
          </thead>
          <tbody>
            {readers.value.map((reader) => (
              <tr key={reader.id}>
                <th scope="row">{reader.name}</th>
                <td>{roleWords[reader.role]}</td>
                <td>
                  <span class={reader.standing.clear ? "good" : "bad"}>{policyWords[reader.standing.state]}</span>
                </td>
                <td class="num">{reader.standing.day ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
