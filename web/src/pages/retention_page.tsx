// How long footage is kept and why, what goes next, and whether the disk keeps what is promised. What
// holds forgetting up is said on top, with the way to let it go on.
// Next: retention/plan_table.tsx, retention/deletions.tsx.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { getJson } from "../api";
import type { Retention, Shortening, Status } from "../contract";
import { useResource, useTitle } from "../resource";
import { Deletions } from "../retention/deletions";
import { Plan } from "../retention/plan_table";
import { type Act, ConfirmDialog } from "../shell/confirm_dialog";
import { Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { Reports } from "../retention/reports";
import { dateTime, dayName, duration, fromRfc3339 } from "../site_time";
import { bytes, decidesForgetting, readsAudit } from "../words";

export function RetentionPage(): JSX.Element {
  const { session, zone } = useWorkspace();
  useTitle("Retention");
  const retention = useResource("retention", (signal) => getJson<Retention>("/api/v1/retention", signal), 15_000);
  const status = useResource("status", (signal) => getJson<Status>("/api/v1/status", signal), 15_000);
  const [act, setAct] = useState<Act | null>(null);
  const problem = retention.problem ?? status.problem;
  if (!retention.value || !status.value) {
    return problem ? <Failed problem={problem} onRetry={() => (retention.reload(), status.reload())} /> : <Loading what="retention" />;
  }
  const decides = decidesForgetting(session.user.role);
  return (
    <>
      <div class="page-head">
        <h1>Retention</h1>
        <p class="dim">Times on the site’s clock, {zone}</p>
        <div class="crumb">
          <button type="button" onClick={() => window.print()}>
            Print
          </button>
        </div>
      </div>
      {status.value.expiry.refused && <Waiting why={status.value.expiry.refused} decides={decides} onAct={setAct} />}
      <Cards retention={retention.value} status={status.value} zone={zone} />
      <div class="scroll" tabIndex={0} role="region" aria-label="Periods">
        <table class="stacked" role="table">
          <thead>
            <tr>
              <th scope="col">Camera</th>
              <th scope="col">Kept</th>
              <th scope="col">Why</th>
              <th scope="col">Review by</th>
              <th scope="col">Recorded earlier</th>
            </tr>
          </thead>
          <tbody>
            {retention.value.cameras.map((camera) => (
              <tr key={camera.camera} role="row">
                <th scope="row" role="rowheader">{camera.camera}</th>
                <td role="cell" data-head="Kept" class="num">{camera.period}</td>
                <td role="cell" data-head="Why">{camera.reason ?? "–"}</td>
                <td role="cell" data-head="Review by" class="num">
                  {camera.review_by ? dayName(fromRfc3339(camera.review_by), zone) : "–"}
                  {camera.review_overdue && <p class="why-not">Overdue</p>}
                </td>
                <td role="cell" data-head="Recorded earlier">
                  {camera.older_rules.length === 0 && <span class="dim">the same</span>}
                  {camera.older_rules.map((rule) => (
                    <p key={rule.recorded_until}>
                      {rule.period}, if recorded before {rule.recorded_until ? dateTime(fromRfc3339(rule.recorded_until), zone) : "now"}
                    </p>
                  ))}
                  {camera.shortening && (
                    <Shorten camera={camera.camera} period={camera.period} shortening={camera.shortening} decides={decides} onAct={setAct} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {readsAudit(session.user.role) && <Reports />}
      <Plan />
      <Deletions onAct={setAct} />
      {act && (
        <ConfirmDialog
          act={act}
          onClose={() => setAct(null)}
          onDone={() => {
            setAct(null);
            retention.reload();
            status.reload();
          }}
        />
      )}
    </>
  );
}

function Cards({ retention, status, zone }: { retention: Retention; status: Status; zone: string }): JSX.Element {
  const { disk } = retention;
  const { expiry } = status;
  const { days_to_full: days } = status.storage;
  const { claim } = status.keys;
  return (
    <div class="cards">
      <section class="card">
        <h2>Overdue</h2>
        <p class={`figure ${expiry.overdue > 0 ? "bad" : "good"}`}>
          {expiry.overdue === 0 ? "Nothing" : expiry.overdue} {expiry.overdue > 0 && <small>segments</small>}
        </p>
        <p class="dim">
          {expiry.overdue > 0 ? "These should have gone more than a day ago." : "All that should have gone has gone."}{" "}
          {expiry.last_run ? `Last looked at ${dateTime(fromRfc3339(expiry.last_run), zone)}.` : "Not looked at yet."}
        </p>
      </section>
      <section class="card">
        <h2>Disk</h2>
        <p class={`figure ${disk.lasts_s === null ? "" : "bad"}`}>
          {disk.lasts_s === null ? "Large enough" : `Lasts ${duration(disk.lasts_s)}`}
        </p>
        <meter aria-label="What is promised, as a share of the disk" min={0} max={disk.capacity_bytes || 1} high={disk.capacity_bytes * 0.9} value={Math.min(disk.needed_bytes, disk.capacity_bytes)} />
        <p class="dim">
          {disk.sentence} {disk.bytes_a_day > 0 && `${bytes(disk.bytes_a_day)} a day; ${bytes(disk.needed_bytes)} once every period has passed, of ${bytes(disk.capacity_bytes)}.`}
          {days !== null && ` Full in ${days < 1 ? "less than a day" : `${Math.floor(days)} days`} if nothing went.`}
        </p>
        {disk.too_small.length > 0 && <p class="bad">Too short for {disk.too_small.map((each) => each.camera).join(", ")}.</p>}
      </section>
      <section class="card">
        <h2>Held</h2>
        <p class="figure">
          {status.holds.in_force === 0 ? "Nothing" : status.holds.in_force} {status.holds.in_force > 0 && <small>{status.holds.in_force === 1 ? "hold" : "holds"} in force</small>}
        </p>
        <p class={status.holds.review_overdue > 0 ? "bad" : "dim"}>
          {status.holds.review_overdue > 0 ? `${status.holds.review_overdue} past the review date.` : "What a hold keeps never goes, whatever its period."}
        </p>
      </section>
      <section class="card">
        <h2>What is gone</h2>
        <p class="figure">
          Tier {claim.tier} <small>{status.keys.custody}</small>
        </p>
        <p class="dim">{claim.sentence}</p>
      </section>
    </div>
  );
}

/** What a person can do about a refusal: the box tells why in words. */
function wayOn(why: string): "clock" | "volume" | null {
  if (why.includes("due at once")) return "volume";
  return why.includes("not synchronised") ? null : "clock";
}

function Waiting({ why, decides, onAct }: { why: string; decides: boolean; onAct: (act: Act) => void }): JSX.Element {
  const way = wayOn(why);
  const words = {
    clock: { verb: "The clock is right…", title: "The clock is right", meaning: "Forgetting goes on by the clock as it is now. If it is wrong, footage goes too early, for good." },
    volume: { verb: "Let it go…", title: "Let it go", meaning: "Everything due goes with the next run, for good. Look at the plan below first." },
  };
  return (
    <div class="notice failed" role="alert">
      <h2>Nothing is being forgotten just now</h2>
      <p>{why[0]?.toUpperCase() + why.slice(1)}.</p>
      {way === null && <p>Set up a time server on the box; forgetting goes on by itself once the clock is held.</p>}
      {way !== null && !decides && <p>An approver or the data protection officer looks at it and lets it go on.</p>}
      {way !== null && decides && (
        <button
          type="button"
          onClick={() =>
            onAct({ title: words[way].title, verb: "Let it go on", path: "/api/v1/expiry/acknowledge", body: { what: way }, meaning: <p>{words[way].meaning}</p> })
          }
        >
          {words[way].verb}
        </button>
      )}
    </div>
  );
}

interface ShortenProps {
  camera: string;
  period: string;
  shortening: Shortening;
  decides: boolean;
  onAct: (act: Act) => void;
}

function Shorten({ camera, period, shortening, decides, onAct }: ShortenProps): JSX.Element {
  const { session, zone } = useWorkspace();
  const { would_go: going, first, second, effective } = shortening;
  const mine = first?.id === `staff:${session.user.id}`;
  const what =
    going.segments === 0
      ? "Nothing would go at once."
      : `${duration(going.seconds)} of recording would go at once${going.from && going.to ? `, from ${dateTime(fromRfc3339(going.from), zone)} to ${dateTime(fromRfc3339(going.to), zone)}` : ""}.`;
  const ask: Act = {
    title: first ? "Agree to shorten" : "Ask to shorten",
    verb: first ? "Agree" : "Ask",
    path: `/api/v1/retention/${encodeURIComponent(camera)}/shorten`,
    meaning: (
      <>
        <p>
          Footage of {camera} that was promised longer is kept for {period} only. {what}
        </p>
        <p>{first ? "It counts in 24 hours." : "Another person must agree; 24 hours after that it counts."}</p>
      </>
    ),
  };
  return (
    <div class="under">
      {effective ? (
        <p class="warn">
          {period} for all of it from {dateTime(fromRfc3339(effective), zone)}: {first?.name} asked, {second?.name} agreed.
        </p>
      ) : first ? (
        <p class="warn">{mine ? "You asked to shorten it; another person must agree." : `${first.name} asked to shorten it.`}</p>
      ) : null}
      <p>{what}</p>
      {decides && !effective && !mine && (
        <button type="button" onClick={() => onAct(ask)}>
          {first ? "Agree to shorten…" : "Shorten…"}
        </button>
      )}
    </div>
  );
}
