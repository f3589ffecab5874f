// One redaction: drawn in the editor, rendered, then watched as a film. Whoever drew nothing in it begins with
// the film, since drawing would make them no second person any more. Next: redaction/editor.tsx and
// redaction/film_view.tsx.

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { getJson, postJson, problemFrom, remove } from "../api";
import type { Problem, Redaction, RedactionShown } from "../contract";
import { Editor } from "../redaction/editor";
import { FilmView } from "../redaction/film_view";
import type { Plan } from "../redaction/plan";
import { ProgressBar } from "../redaction/progress_bar";
import { redactionsUrl } from "../redaction/redactions_part";
import { Stills } from "../redaction/stills";
import { useDraft } from "../redaction/use_draft";
import { nextStep, stands } from "../redaction/words";
import { useResource, useTitle } from "../resource";
import { address } from "../route";
import { Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { clockTime, dateTime, fromRfc3339 } from "../site_time";

const POLL_MS = 5000;
const BUSY_POLL_MS = 700;

export function RedactionPage({ reference, id }: { reference: string; id: string }): JSX.Element {
  const url = `${redactionsUrl(reference)}/${encodeURIComponent(id)}`;
  const [turn, setTurn] = useState(0);
  const shown = useResource(`${url} ${turn}`, (signal) => getJson<RedactionShown<Plan>>(url, signal));
  useTitle(`Redaction, ${reference}`);
  if (!shown.value) return shown.problem ? <Failed problem={shown.problem} onRetry={shown.reload} /> : <Loading what="the redaction" />;
  return <Opened key={`${url} ${turn}`} url={url} reference={reference} shown={shown.value} onReload={() => setTurn((n) => n + 1)} />;
}

interface OpenedProps {
  url: string;
  reference: string;
  shown: RedactionShown<Plan>;
  onReload: () => void;
}

function Opened({ url, reference, shown, onReload }: OpenedProps): JSX.Element {
  const { zone } = useWorkspace();
  const [busy, setBusy] = useState(shown.making !== null);
  const list = redactionsUrl(reference);
  const polled = useResource(list, (signal) => getJson<Redaction[]>(list, signal), busy ? BUSY_POLL_MS : POLL_MS);
  const redaction: Redaction = polled.value?.find((each) => each.id === shown.id) ?? shown;
  const [view, setView] = useState<"draw" | "film">(shown.film && (!shown.worked_on || shown.turn?.turn !== "sent_back") ? "film" : "draw");
  const [asked, setAsked] = useState(false);
  const [looking, setLooking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const stills = useMemo(() => new Stills(url), [url]);
  useEffect(() => () => stills.clear(), [stills]);
  const draft = useDraft(url, shown);

  const making = redaction.making !== null;
  useEffect(() => setBusy(making), [making]);
  useEffect(() => {
    // Asked for here, and done.
    if (asked && !making && redaction.film) {
      setAsked(false);
      setView("film");
    }
  }, [asked, making, redaction.film?.sha256]);

  useEffect(() => {
    // What was found is drawn in by the box: its plan is the newer one.
    if (looking && !making && redaction.revision > draft.saved()) onReload();
    if (looking && redaction.failure) setLooking(false);
  }, [looking, making, redaction.revision, redaction.failure]);

  const render = async () => {
    setProblem(null);
    try {
      if (!(await draft.flush())) return;
      await postJson<Redaction>(`${url}/render`, { revision: draft.saved() });
      setAsked(true);
      setBusy(true);
      polled.reload();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    }
  };
  const find = async (click: { frame: number; x: number; y: number } | null) => {
    setProblem(null);
    try {
      if (!(await draft.flush())) return;
      await postJson<Redaction>(`${url}/proposals`, { revision: draft.saved(), ...(click ? { click } : {}) });
      setLooking(true);
      setBusy(true);
      polled.reload();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    }
  };
  const cancel = async () => {
    setAsked(false);
    setLooking(false);
    try {
      await remove(`${url}/render`);
      polled.reload();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    }
  };
  const newer = !looking && !making && redaction.revision > draft.saved() && draft.saving.state === "saved";
  const film = redaction.film;
  return (
    <>
      <div class="page-head">
        <h1>
          {redaction.camera}, {dateTime(fromRfc3339(redaction.from), zone)}–{clockTime(fromRfc3339(redaction.to), zone)}
        </h1>
        <span class={`state redaction-${redaction.stands}`}>{stands(redaction)}</span>
        <div class="crumb">
          <a href={address.request(reference)}>Request {reference}</a>
        </div>
      </div>
      {newer && (
        <div class="notice">
          <p>There is a newer plan than the one on this screen.</p>
          <button type="button" onClick={onReload}>
            Show it
          </button>
        </div>
      )}
      {redaction.failure && !making && (
        <div class="notice failed" role="alert">
          <h2>{redaction.failure.title}</h2>
          <p>{redaction.failure.detail}</p>
        </div>
      )}
      {problem && <Failed problem={problem} />}
      {redaction.notice && !making && <p class="notice">{redaction.notice}</p>}
      <div class="redaction-bar">
        <div class="rates" role="group" aria-label="Work on">
          <button type="button" aria-pressed={view === "draw"} onClick={() => setView("draw")}>
            Drawing
          </button>
          <button type="button" aria-pressed={view === "film"} disabled={!film} title={film ? undefined : "There is no film of this plan yet"} onClick={() => setView("film")}>
            Film
          </button>
        </div>
        {making ? <ProgressBar redaction={redaction} /> : <p class="next-step">{redaction.failure ? "" : nextStep(redaction)}</p>}
        <div class="cluster end">
          {making ? (
            <button type="button" onClick={() => void cancel()}>
              Cancel
            </button>
          ) : (
            <>
              {view === "draw" && (
                <button type="button" title="Looks through the whole clip and draws whoever it finds; what you drew stays" onClick={() => void find(null)}>
                  Find people
                </button>
              )}
              {(!film || redaction.worked_on) && (
                <button type="button" class={film ? "" : "primary"} onClick={() => void render()}>
                  {film ? "Render again" : "Render the film"}
                </button>
              )}
            </>
          )}
        </div>
      </div>
      {view === "film" && film ? (
        <FilmView key={film.sha256} url={url} redaction={redaction} film={film} plan={draft.plan} stills={stills} onDone={polled.reload} />
      ) : redaction.making?.stage === "looking" ? (
        <div class="notice empty">
          <h2>Looking for people</h2>
          <p>Whoever is found is drawn in. You can leave this page; it goes on without you.</p>
        </div>
      ) : (
        <Drawing shown={shown}>
          <Editor url={url} draft={draft} stills={stills} onReload={onReload} onFollow={redaction.analysed ? (click) => void find(click) : null} />
        </Drawing>
      )}
    </>
  );
}

/** Asks before the first stroke of somebody who could still be the second person. */
function Drawing({ shown, children }: { shown: RedactionShown<Plan>; children: JSX.Element }): JSX.Element {
  const [joined, setJoined] = useState(shown.worked_on);
  if (joined) return children;
  return (
    <div class="notice empty">
      <h2>Somebody else draws this one</h2>
      <p>If you draw in it as well, you can’t be its second person any more. To review it, watch the film.</p>
      <button type="button" onClick={() => setJoined(true)}>
        Draw in it all the same
      </button>
    </div>
  );
}
