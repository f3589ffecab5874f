// The register of disclosures with what a year's requests came to, to be read, searched and printed. The
// numbers name nobody; each look at the register is logged. Next: requests_page.tsx leads here.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { boxNow, getJson } from "../api";
import type { Disclosure, YearNumbers, YearTally } from "../contract";
import { groundWords } from "../requests/decision_fields";
import { civilDay, kindWords } from "../requests/words";
import { useResource, useTitle } from "../resource";
import { address } from "../route";
import { Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { dateTime, dayOf, fromRfc3339 } from "../site_time";

const recipientWords: Record<string, string> = {
  person_in_it: "To the person in it",
  police: "To the police",
  court: "To a court",
  other_authority: "To another authority",
  insurer_or_solicitor: "To an insurer or solicitor",
  other: "To others",
};
/** How many years back are offered. */
const YEARS = 7;

export function RegisterPage(): JSX.Element {
  const { zone } = useWorkspace();
  useTitle("Register");
  const thisYear = Number(dayOf(boxNow(), zone).slice(0, 4));
  const [year, setYear] = useState(thisYear);
  const numbers = useResource(`numbers ${year}`, (signal) => getJson<YearNumbers>(`/api/v1/register/numbers?year=${year}`, signal));
  const register = useResource("register", (signal) => getJson<Disclosure[]>("/api/v1/disclosures", signal));
  const [sought, setSought] = useState("");
  const problem = numbers.problem ?? register.problem;
  if (!register.value) return problem ? <Failed problem={problem} onRetry={() => (numbers.reload(), register.reload())} /> : <Loading what="the register" />;
  const rows = register.value.filter((row) => dayOf(fromRfc3339(row.released), zone).startsWith(String(year)) && matches(row, sought));
  return (
    <>
      <div class="page-head">
        <h1>Register and numbers</h1>
        <span class="print-only">{year}</span>
        <div class="crumb">
          <a href={address.requests}>All requests</a>
          <label class="tick">
            Year{" "}
            <select value={year} onChange={(e) => setYear(Number(e.currentTarget.value))}>
              {Array.from({ length: YEARS }, (_, back) => thisYear - back).map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
          <button type="button" onClick={() => window.print()}>
            Print
          </button>
        </div>
      </div>
      {numbers.value ? <Numbers numbers={numbers.value} /> : problem ? <Failed problem={problem} onRetry={numbers.reload} /> : <Loading what="the numbers" />}
      <section class="part">
        <div class="part-head">
          <h2>What went out in {year}</h2>
          <div class="cluster actions">
            <input type="search" aria-label="Find in the register" placeholder="Find a case, a name, a ground" value={sought} onInput={(e) => setSought(e.currentTarget.value)} />
            <a class="button" href="/api/v1/disclosures.pdf" target="_blank" rel="noopener">
              Whole register as PDF
            </a>
            <a class="button" href="/api/v1/disclosures.csv" download>
              As CSV
            </a>
          </div>
        </div>
        {rows.length === 0 ? (
          <p class="dim">{sought ? "Nothing in it matches." : "Nothing has gone out."}</p>
        ) : (
          <div class="scroll" tabIndex={0} role="region" aria-label="Register">
            <table>
              <thead>
                <tr>
                  <th scope="col">Case</th>
                  <th scope="col">Released</th>
                  <th scope="col">To whom</th>
                  <th scope="col">Ground and basis</th>
                  <th scope="col">By whom</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.case + row.released}>
                    <th scope="row">
                      <a href={address.request(row.case)}>{row.case}</a>
                      <p class="under">{row.content.replaceAll("_", " ")}</p>
                    </th>
                    <td class="num">{dateTime(fromRfc3339(row.released), zone)}</td>
                    <td>
                      {row.recipient}
                      {row.organisation && <p class="under">{row.organisation}</p>}
                    </td>
                    <td>
                      {row.ground.replaceAll("_", " ")}
                      <p class="under">{row.basis}</p>
                    </td>
                    <td>
                      <p class="under">
                        decided {row.decided_by.name}, checked {row.checked_by.name}, approved {row.approved_by.name}, released {row.released_by.name}
                      </p>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </>
  );
}

function matches(row: Disclosure, sought: string): boolean {
  const text = [row.case, row.recipient, row.organisation, row.ground, row.basis, row.content].join(" ").toLowerCase();
  return sought
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function Numbers({ numbers }: { numbers: YearNumbers }): JSX.Element {
  const counts = (rows: { name: string; count: number }[]) =>
    rows.length === 0 ? (
      <p class="dim">None.</p>
    ) : (
      <dl class="facts counts">
        {rows.map(({ name, count }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="num">{count}</dd>
          </div>
        ))}
      </dl>
    );
  return (
    <>
      <p class="dim">Requests that were received in {numbers.year}, as of {civilDay(numbers.as_of)}. Days are from receipt to answer; half of the answers took no longer.</p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Numbers">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">Received</th>
              <th scope="col">Answered in time</th>
              <th scope="col">Late</th>
              <th scope="col">Open</th>
              <th scope="col">Overdue</th>
              <th scope="col">No answer wanted</th>
              <th scope="col">Extended</th>
              <th scope="col">Median days</th>
            </tr>
          </thead>
          <tbody>
            {numbers.kinds.map((row) => (
              <Row key={row.kind} name={kindWords[row.kind]} tally={row} />
            ))}
          </tbody>
          <tfoot>
            <Row name="All" tally={numbers.all} />
          </tfoot>
        </table>
      </div>
      <div class="record sums">
        <section class="card">
          <h2>Refused, by ground</h2>
          {counts(numbers.refusals.map(({ ground, count }) => ({ name: groundWords[ground as keyof typeof groundWords] ?? ground, count })))}
        </section>
        <section class="card">
          <h2>Disclosed, by recipient</h2>
          {counts(numbers.disclosures.map(({ recipient, count }) => ({ name: recipientWords[recipient] ?? recipient, count })))}
        </section>
      </div>
    </>
  );
}

function Row({ name, tally }: { name: string; tally: YearTally }): JSX.Element {
  const figures = [tally.received, tally.answered_in_time, tally.answered_late, tally.open, tally.overdue, tally.without_answer, tally.extended, tally.median_days ?? "–"];
  return (
    <tr>
      <th scope="row">{name}</th>
      {figures.map((figure, nth) => (
        <td key={nth} class={`num${nth === 4 && tally.overdue > 0 ? " bad" : ""}`}>
          {figure}
        </td>
      ))}
    </tr>
  );
}
