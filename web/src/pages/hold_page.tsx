// One hold as its record: why and for whom, what it covers, whether that was found readable, and its
// release by two people. Made to be printed as well. Next: shell/confirm_dialog.tsx asks for the
// password.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { getJson } from "../api";
import type { CheckReport, Hold, HoldShown } from "../contract";
import { ReceiptList } from "../holds/receipt_list";
import { useResource, useTitle } from "../resource";
import { address } from "../route";
import { type Act, ConfirmDialog } from "../shell/confirm_dialog";
import { Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { dateTime, dayName, duration, fromRfc3339, zoneName } from "../site_time";
import { decidesForgetting, footageBarred, holdWords } from "../words";
import { Check, Stage } from "./holds_page";

export function HoldPage({ id }: { id: string }): JSX.Element {
  const { session, zone } = useWorkspace();
  const { user } = session;
  const resource = useResource(`hold ${id}`, (signal) => getJson<HoldShown>(`/api/v1/holds/${encodeURIComponent(id)}`, signal), 10_000);
  const [act, setAct] = useState<Act | null>(null);
  const hold = resource.value;
  useTitle(hold ? `${holdWords[hold.kind]} ${hold.case}` : "Hold");
  if (!hold) return resource.problem ? <Failed problem={resource.problem} onRetry={resource.reload} /> : <Loading what="the hold" />;
  const moment = (text: string) => `${dateTime(fromRfc3339(text), zone)} ${zoneName(fromRfc3339(text), zone)}`;
  const mine = hold.first?.id === `staff:${user.id}`;
  const pending = hold.stage === "awaiting_second" || hold.stage === "releasing";
  return (
    <>
      <div class="page-head">
        <h1>
          {holdWords[hold.kind]} {hold.case}
        </h1>
        <Stage hold={hold} zone={zone} />
        <div class="crumb">
          <a href={address.holds}>All holds</a>
          <button type="button" onClick={() => window.print()}>
            Print
          </button>
        </div>
      </div>
      {hold.review_overdue && (
        <p class="notice failed" role="alert">
          <strong>The review is overdue.</strong> The footage stays all the same; decide whether it still must.
        </p>
      )}
      <div class="record">
        <section class="card">
          <h2>Why</h2>
          <dl class="facts wide">
            <Fact name="Reason">{hold.reason}</Fact>
            <Fact name="Wanted by">{hold.requester}</Fact>
            <Fact name="Cameras">{hold.cameras.join(", ")}</Fact>
            <Fact name="From">{moment(hold.from)}</Fact>
            <Fact name="To">{hold.to ? moment(hold.to) : "no end"}</Fact>
            <Fact name="Placed">
              {moment(hold.placed)} by {hold.placed_by}
            </Fact>
            <Fact name="Review by">{dayName(fromRfc3339(hold.review_by), zone)}</Fact>
            <Fact name="Record">
              <code>{hold.id}</code>
            </Fact>
          </dl>
        </section>
        <section class="card stack">
          <h2>What it covers now</h2>
          <ReceiptList receipt={hold.receipt} />
        </section>
        <section class="card stack">
          <h2>Whether it can be read</h2>
          <p>
            <Check hold={hold} zone={zone} />
          </p>
          {hold.last_check?.report && <Report report={hold.last_check.report} />}
          {!hold.last_check && <p class="dim">Each segment is opened, decoded and compared with what was logged: after placing, on schedule, and before a release.</p>}
        </section>
        {hold.stage !== "released" && (
          <section class="card stack actions">
            <h2>Release</h2>
            <p>{releaseSentence(hold, mine, moment)}</p>
            <div class="cluster">
              {decidesForgetting(user.role) && hold.stage === "in_force" && (
                <button type="button" onClick={() => setAct(ask(hold))}>
                  Ask for release…
                </button>
              )}
              {decidesForgetting(user.role) && hold.stage === "awaiting_second" && !mine && (
                <button type="button" class="primary" onClick={() => setAct(agree(hold))}>
                  Agree to release…
                </button>
              )}
              {footageBarred(user.role) === null && pending && (
                <button type="button" onClick={() => setAct(withdraw(hold))}>
                  Withdraw the release…
                </button>
              )}
            </div>
          </section>
        )}
      </div>
      {act && (
        <ConfirmDialog
          act={act}
          onClose={() => setAct(null)}
          onDone={() => {
            setAct(null);
            resource.reload();
          }}
        />
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: JSX.Element | string | (JSX.Element | string)[] }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Report({ report }: { report: CheckReport }): JSX.Element {
  const { segments, seconds_expected: expected, seconds_covered: covered, damaged } = report;
  return (
    <dl class="facts wide">
      {segments !== undefined && <Fact name="Segments">{String(segments)}</Fact>}
      {expected !== undefined && covered !== undefined && <Fact name="Recorded">{`${duration(covered)} of ${duration(expected)}`}</Fact>}
      {damaged !== undefined && <Fact name="Damaged">{damaged.length === 0 ? "none" : damaged.join(", ")}</Fact>}
    </dl>
  );
}

function releaseSentence(hold: Hold, mine: boolean, moment: (text: string) => string): string {
  const first = hold.first?.name ?? "Somebody";
  if (hold.stage === "releasing") {
    return `${first} asked and ${hold.second?.name ?? "another person"} agreed. It lets go ${hold.stage_at ? moment(hold.stage_at) : "soon"}; until then anybody who sees footage can withdraw that.`;
  }
  if (hold.stage === "awaiting_second") return mine ? "You asked for the release. Somebody else must agree to it." : `${first} asked for the release. A second person must agree to it.`;
  return "An approver or the data protection officer asks for it, a second one agrees, and 72 hours later it lets go.";
}

const act = (hold: Hold, what: "release" | "withdraw", title: string, verb: string, meaning: string): Act => ({
  title,
  verb,
  path: `/api/v1/holds/${encodeURIComponent(hold.id)}/${what}`,
  meaning: <p>{meaning}</p>,
});
const ask = (hold: Hold) =>
  act(hold, "release", "Ask for release", "Ask for release", `Nothing is let go yet: another person must agree to release ${hold.case}, and then 72 hours pass.`);
const agree = (hold: Hold) =>
  act(hold, "release", "Agree to release", "Agree", `In 72 hours ${hold.case} lets go. What no other hold keeps and whose period is over is then destroyed for good.`);
const withdraw = (hold: Hold) => act(hold, "withdraw", "Withdraw the release", "Withdraw", `${hold.case} stays in force. A new release needs two people again.`);
