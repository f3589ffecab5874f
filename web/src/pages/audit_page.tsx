// The audit log, a hundred entries a time, and the box's own check of it.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { getJson, problemFrom } from "../api";
import type { AuditEntry, Problem, Witness } from "../contract";
import { useResource, useTitle } from "../resource";
import { Reports } from "../retention/reports";
import { Empty, Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { dateTime, fromRfc3339 } from "../site_time";

const PAGE = 100;

/** Answers differ in wrapping only: a bare array, or an object holding one. */
function entriesOf(answer: AuditEntry[] | { entries: AuditEntry[] }): AuditEntry[] {
  return Array.isArray(answer) ? answer : answer.entries;
}

function actorName(actor: unknown): string {
  if (typeof actor === "string") return actor;
  if (actor && typeof actor === "object") {
    const known = actor as Record<string, unknown>;
    const kind = known["kind"] ?? known["type"];
    const name = known["name"] ?? known["user"] ?? known["id"] ?? known["uid"];
    return [kind, name].filter((part) => part !== undefined).join(" ");
  }
  return "–";
}

/** Only those who were asked and have seen this log are spoken of. */
function witnessed(answer: unknown): string {
  const witnesses = Array.isArray(answer) ? (answer as Witness[]) : [];
  return witnesses.length > 0 && witnesses.every((witness) => witness.standing === "agrees") ? " and witnesses" : "";
}

export function AuditPage(): JSX.Element {
  const { zone } = useWorkspace();
  useTitle("Audit log");
  const [from, setFrom] = useState(0);
  const entries = useResource(`audit ${from}`, async (signal) => entriesOf(await getJson(`/api/v1/audit?from_seq=${from}&limit=${PAGE}`, signal)));
  const [check, setCheck] = useState<"no" | "running" | { ok: boolean; text: string } | { problem: Problem }>("no");

  const verify = async () => {
    setCheck("running");
    try {
      const answer = await getJson<Record<string, unknown>>("/api/v1/audit/verify");
      const ok = answer["ok"] !== false;
      const size = answer["size"] ?? answer["tree_size"] ?? answer["leaves"];
      setCheck({ ok, text: ok ? `The log is whole${size === undefined ? "" : `: ${size} entries`}, and its signed checkpoints${witnessed(answer["witnesses"])} agree.` : String(answer["detail"] ?? "The log does not agree with its checkpoints.") });
    } catch (thrown) {
      setCheck({ problem: problemFrom(thrown) });
    }
  };

  if (!entries.value) return entries.problem ? <Failed problem={entries.problem} onRetry={entries.reload} /> : <Loading what="the audit log" />;
  return (
    <>
      <div class="page-head">
        <h1>Audit log</h1>
        <button type="button" onClick={verify} disabled={check === "running"}>
          {check === "running" ? "Verifying…" : "Verify the log"}
        </button>
        <p role="status" class="verdict">
          {typeof check === "object" && "text" in check && <span class={check.ok ? "good" : "bad"}>{check.text}</span>}
        </p>
      </div>
      {typeof check === "object" && "problem" in check && <Failed problem={check.problem} />}
      {entries.value.length === 0 ? (
        <Empty title={from === 0 ? "The log is empty" : "No later entries"} />
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Audit log entries">
          <table>
            <thead>
              <tr>
                <th scope="col" class="right">
                  No.
                </th>
                <th scope="col">Time</th>
                <th scope="col">Who</th>
                <th scope="col">Action</th>
                <th scope="col">On</th>
                <th scope="col">Outcome</th>
              </tr>
            </thead>
            <tbody>
              {entries.value.map((entry) => (
                <tr key={entry.seq}>
                  <td class="num right">{entry.seq}</td>
                  <td class="num">{dateTime(fromRfc3339(entry.at), zone)}</td>
                  <td>{actorName(entry.actor)}</td>
                  <td>
                    <code>{entry.action}</code>
                  </td>
                  <td class="object">{entry.object}</td>
                  <td>{entry.outcome}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="pager">
        <button type="button" disabled={from === 0} onClick={() => setFrom(Math.max(0, from - PAGE))}>
          Earlier
        </button>
        <button type="button" disabled={entries.value.length < PAGE} onClick={() => setFrom(from + PAGE)}>
          Later
        </button>
      </p>
      <Reports />
    </>
  );
}
