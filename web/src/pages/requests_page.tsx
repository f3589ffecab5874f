// The work list: every open request, what is due first at the top; the overdue ones say so loudly.
// Next: request_page.tsx works on one, requests/receive_dialog.tsx takes one in.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { getJson } from "../api";
import type { RequestLine } from "../contract";
import { ReceiveDialog } from "../requests/receive_dialog";
import { civilDay, clockNote, isAnswered, kindWords, timeLeft } from "../requests/words";
import { useResource, useTitle } from "../resource";
import { address } from "../route";
import { Empty, Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { receivesOnly } from "../words";

export function RequestsPage(): JSX.Element {
  const { session } = useWorkspace();
  useTitle("Requests");
  const [all, setAll] = useState(false);
  const [receiving, setReceiving] = useState(false);
  const blind = receivesOnly(session.user.role);
  const list = useResource(blind ? null : `requests ${all}`, (signal) => getJson<RequestLine[]>(`/api/v1/cases${all ? "?all=yes" : ""}`, signal), 10_000);
  const begin = (
    <button type="button" class="primary" onClick={() => setReceiving(true)}>
      Take in a request…
    </button>
  );
  const dialog = receiving && <ReceiveDialog opens={!blind} onReceived={list.reload} onClose={() => setReceiving(false)} />;
  if (blind) {
    return (
      <Empty title="Requests">
        <p>Anybody can take in a request. Reviewers, approvers and the data protection officer work on them.</p>
        {begin}
        {dialog}
      </Empty>
    );
  }
  if (!list.value) return list.problem ? <Failed problem={list.problem} onRetry={list.reload} /> : <Loading what="requests" />;
  const overdue = list.value.filter((line) => line.overdue).length;
  const owed = list.value.filter((line) => line.form_owed).length;
  return (
    <>
      <div class="page-head">
        <h1>Requests</h1>
        <p class="dim">Days are local days, to their end</p>
        <div class="crumb">
          <label class="tick">
            <input type="checkbox" checked={all} onChange={(e) => setAll(e.currentTarget.checked)} /> Closed ones too
          </label>
          <a class="button" href={address.register}>
            Register and numbers
          </a>
          <button type="button" onClick={() => window.print()}>
            Print
          </button>
          {begin}
        </div>
      </div>
      {overdue > 0 && (
        <p class="notice failed" role="alert">
          <strong>{overdue === 1 ? "One request is overdue." : `${overdue} requests are overdue.`}</strong> The law’s time is over: answer now, and tell the data protection officer.
        </p>
      )}
      {owed > 0 && (
        <p class="notice failed" role="alert">
          <strong>{owed === 1 ? "A police form is owed." : `${owed} police forms are owed.`}</strong> Footage went out on word of mouth; ask for the form.
        </p>
      )}
      {list.value.length === 0 ? (
        <Empty title={all ? "No request has come yet" : "No request is open"}>
          <p>A person who asks for their images, the police, an insurer: whoever asks gets a reference, and what they ask for is kept at once.</p>
        </Empty>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Requests">
          <table class="stacked" role="table">
            <thead>
              <tr>
                <th scope="col">Request</th>
                <th scope="col">State</th>
                <th scope="col">Due</th>
                <th scope="col">Left</th>
                <th scope="col">Received</th>
              </tr>
            </thead>
            <tbody>
              {list.value.map((line) => (
                <tr key={line.reference} role="row" class={isAnswered(line) ? "past" : ""}>
                  <th scope="row" role="rowheader">
                    <a href={address.request(line.reference)}>{line.reference}</a>
                    <span class="tag">{kindWords[line.kind]}</span>
                    <p class="under">{line.requester ?? "name erased"}</p>
                  </th>
                  <td role="cell" data-head="State">{line.stands}</td>
                  <td role="cell" data-head="Due" class="num">
                    {civilDay(line.due)}
                    {clockNote(line) && <p class="under">{clockNote(line)}</p>}
                  </td>
                  <td role="cell" data-head="Left" class="num">
                    <TimeLeft line={line} />
                  </td>
                  <td role="cell" data-head="Received" class="num">{civilDay(line.received)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {dialog}
    </>
  );
}

export function TimeLeft({ line }: { line: RequestLine }): JSX.Element {
  if (isAnswered(line)) return <span class="dim">{timeLeft(line)}</span>;
  return <span class={line.overdue ? "bad" : line.due_soon ? "warn" : ""}>{timeLeft(line)}</span>;
}
