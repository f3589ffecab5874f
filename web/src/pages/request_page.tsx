// One request as its record: who asked what, by when it must be answered, what is kept for it, what was
// done, and the steps that come next. Made to be printed as well. Next: requests/step_dialog.tsx.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { getJson } from "../api";
import type { RequestShown } from "../contract";
import { RedactionsPart } from "../redaction/redactions_part";
import { DeliveryCard } from "../requests/delivery_card";
import { FormDialog, formWords } from "../requests/form_dialog";
import { LettersPart } from "../requests/letters_part";
import { PapersCard } from "../requests/papers_card";
import { StepDialog } from "../requests/step_dialog";
import { SearchPart } from "../requests/search_part";
import { offered, type Step } from "../requests/steps";
import { channelWords, civilDay, clockNote, eventWords, kindWords, mailedWords } from "../requests/words";
import { useResource, useTitle } from "../resource";
import { address } from "../route";
import { Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { dateTime, fromRfc3339, zoneName } from "../site_time";
import { TimeLeft } from "./requests_page";

/** States in which papers that show who asks can be here. */
const beforeSearch = new Set(["received", "identity_pending", "authority_pending", "fee_pending"]);
/** States in which somebody looks for footage. */
const searched = new Set(["searching", "clarification_pending", "reviewing"]);
/** States in which the requester can fetch a copy. */
const fetched = new Set(["released", "partly_released"]);
const outcomeWords = { release_whole: "release of all", release_part: "release of a part", refuse: "refusal", nothing_held: "nothing held", grant: "granted, by letter" } as const;

/** What happened, and what was told by mail, in the order of time. */
function history(request: RequestShown): { at: string; what: string; words: string[]; by: string }[] {
  const events = request.events.map(({ at, event, record, by }) => ({ at, what: eventWords[event] ?? event.replaceAll("_", " "), words: wordsOf(record), by }));
  const mails = request.told.map((mail) => ({ at: mail.ended ?? mail.queued, what: mailedWords(mail), words: [], by: "the box" }));
  return [...events, ...mails].sort((one, other) => fromRfc3339(one.at) - fromRfc3339(other.at));
}

export function RequestPage({ reference }: { reference: string }): JSX.Element {
  const { zone } = useWorkspace();
  const resource = useResource(`request ${reference}`, (signal) => getJson<RequestShown>(`/api/v1/cases/${encodeURIComponent(reference)}`, signal));
  const [step, setStep] = useState<Step | null>(null);
  const [filling, setFilling] = useState(false);
  const request = resource.value;
  useTitle(reference);
  if (!request) return resource.problem ? <Failed problem={resource.problem} onRetry={resource.reload} /> : <Loading what="the request" />;
  const moment = (text: string) => `${dateTime(fromRfc3339(text), zone)} ${zoneName(fromRfc3339(text), zone)}`;
  const next = offered(request);
  const answer = request.facts.answer;
  const takesForm = !request.form && (request.kind === "police" || request.kind === "police_urgent");
  return (
    <>
      <div class="page-head">
        <h1>
          {kindWords[request.kind]} {request.reference}
        </h1>
        <span class="state">{request.stands}</span>
        <div class="crumb">
          <a href={address.requests}>All requests</a>
          <button type="button" onClick={() => window.print()}>
            Print
          </button>
        </div>
      </div>
      {request.overdue && (
        <p class="notice failed" role="alert">
          <strong>This request is overdue.</strong> The law’s time ended on {civilDay(request.due)}. Answer now, and tell the data protection officer.
        </p>
      )}
      {request.form_owed && (
        <p class="notice failed" role="alert">
          <strong>The police form is owed.</strong> Footage went out on word of mouth; ask for the form.
        </p>
      )}
      <div class="record">
        <section class="card">
          <h2>The clock</h2>
          <dl class="facts wide">
            <Fact name="Answer by">
              <strong>{civilDay(request.due)}</strong>
              {clockNote(request) && <p class="under">{clockNote(request)}</p>}
            </Fact>
            <Fact name="Left">
              <TimeLeft line={request} />
            </Fact>
            <Fact name="Aim for">{civilDay(request.work_to)}</Fact>
            {request.extension_notice_last_day && <Fact name="Notice of an extension until">{civilDay(request.extension_notice_last_day)}</Fact>}
            <Fact name="Received">
              {civilDay(request.received)}, {channelWords[request.channel].toLowerCase()}
            </Fact>
          </dl>
        </section>
        <section class="card">
          <h2>Who asks</h2>
          {request.person ? (
            <dl class="facts wide">
              <Fact name="Name">{request.person.name}</Fact>
              <Fact name="Reach them">{request.person.contact}</Fact>
              {request.person.organisation && <Fact name="Organisation">{request.person.organisation}</Fact>}
              {request.person.needs && <Fact name="Needs">{request.person.needs}</Fact>}
              {request.words && <Fact name="In their words">{request.words}</Fact>}
              {request.sought && <Fact name="To find them">{request.sought}</Fact>}
            </dl>
          ) : (
            <p class="dim">Their details were erased.</p>
          )}
        </section>
        <section class="card stack">
          <h2>What is asked for</h2>
          {request.asked.length === 0 && <p class="dim">No footage.</p>}
          {request.asked.map((stretch) => (
            <div key={stretch.from + stretch.place}>
              <p>
                {stretch.place && <strong>{stretch.place}: </strong>}
                {moment(stretch.from)} – {moment(stretch.to)}
              </p>
              <p class="under">
                {stretch.cameras.length === 0
                  ? "every camera"
                  : stretch.cameras.map((camera, nth) => (
                      <>
                        {nth > 0 && ", "}
                        <a href={address.camera(camera, stretch.from)}>{camera}</a>
                      </>
                    ))}
              </p>
            </div>
          ))}
          {request.holds.length > 0 && (
            <p>
              Kept by{" "}
              {request.holds.map((hold, nth) => (
                <>
                  {nth > 0 && ", "}
                  <a href={address.hold(hold)}>{request.holds.length === 1 ? "its hold" : `hold ${nth + 1}`}</a>
                </>
              ))}
              , until the request is closed and two people release it.
            </p>
          )}
        </section>
        {answer && (
          <section class="card">
            <h2>The answer so far</h2>
            <dl class="facts wide">
              <Fact name="Decided">{outcomeWords[answer.outcome]}</Fact>
              <Fact name="Letter">{answer.letter ? <code>{answer.letter.slice(0, 16)}…</code> : "not written yet"}</Fact>
              <Fact name="Approved">{answer.approved_by ? "by another person" : "not yet"}</Fact>
            </dl>
          </section>
        )}
        {beforeSearch.has(request.state) && <PapersCard key={`papers ${request.version}`} request={request} />}
        {fetched.has(request.state) && request.kind === "subject_access" && <DeliveryCard request={request} />}
        {request.form && (
          <section class="card">
            <h2>Police form</h2>
            <dl class="facts wide">
              {Object.entries(request.form)
                .filter(([, text]) => text)
                .map(([name, text]) => (
                  <Fact key={name} name={formWords[name as keyof typeof formWords] ?? name}>
                    {text}
                  </Fact>
                ))}
            </dl>
          </section>
        )}
        {takesForm && (
          <section class="card stack actions">
            <h2>Police form</h2>
            <p class="dim">{request.kind === "police" ? "Nothing is released to the police before it is on record." : "May follow the footage, and is chased until it is here."}</p>
            <div class="cluster">
              <button type="button" onClick={() => setFilling(true)}>
                Put the form on record…
              </button>
            </div>
          </section>
        )}
        {next.length > 0 && (
          <section class="card stack actions">
            <h2>What comes next</h2>
            <div class="cluster">
              {next.map((each, nth) => (
                <button key={each.event} type="button" class={nth === 0 ? "primary" : ""} onClick={() => setStep(each)}>
                  {each.verb}…
                </button>
              ))}
            </div>
          </section>
        )}
      </div>
      {searched.has(request.state) && <SearchPart request={request} />}
      <LettersPart request={request} />
      {request.kind === "subject_access" && <RedactionsPart request={request} />}
      <section class="part">
        <h2>History</h2>
        <div class="scroll" tabIndex={0} role="region" aria-label="History">
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">What</th>
                <th scope="col">By</th>
              </tr>
            </thead>
            <tbody>
              {history(request).map((line) => (
                <tr key={line.at + line.what}>
                  <td class="num">{moment(line.at)}</td>
                  <th scope="row">
                    {line.what}
                    {line.words.map((words) => (
                      <p key={words} class="under">
                        {words}
                      </p>
                    ))}
                  </th>
                  <td>{line.by}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {filling && (
        <FormDialog
          reference={request.reference}
          onClose={() => setFilling(false)}
          onDone={() => {
            setFilling(false);
            resource.reload();
          }}
        />
      )}
      {step && (
        <StepDialog
          key={step.event}
          request={request}
          step={step}
          onClose={() => setStep(null)}
          onDone={() => {
            setStep(null);
            resource.reload();
          }}
        />
      )}
    </>
  );
}

/** What was given as the reason, or what the requester said to it. */
function wordsOf(record: unknown): string[] {
  const { said, reason, handover } = (record ?? {}) as { said?: string; reason?: string; handover?: { medium: string; to: string } };
  return [said ? `“${said}”` : reason, handover && `${handover.medium}; taken by ${handover.to}`].filter((words): words is string => Boolean(words));
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
