// The doubts, one after another: what the box isn't sure of, whom it means, and four answers. Next: doubts.ts
// says what an answer does.

import type { JSX } from "preact";
import { type Answer, ANSWERS, candidates, walk } from "./doubts";
import { isOpen, type Plan, secondsAt } from "./plan";
import { answerWords, clipTime, doubtWords, nameOf, nobodyElse, roleWords } from "./words";

interface DoubtProps {
  plan: Plan;
  place: number | null;
  chosen: number | null;
  onWalk: (by: 1 | -1) => void;
  onChoose: (id: number) => void;
  onAnswer: (answer: Answer) => void;
}

export function DoubtPanel({ plan, place, chosen, onWalk, onChoose, onAnswer }: DoubtProps): JSX.Element {
  const open = plan.doubts.filter(isOpen).length;
  const doubt = place === null ? undefined : plan.doubts[place];
  const number = doubt ? walk(plan).findIndex((each) => each.place === place) + 1 : 0;
  const about = doubt ? candidates(plan, doubt, chosen) : [];
  return (
    <section class="card stack panel" aria-label="Doubts">
      <div class="panel-head">
        <h2>Doubts</h2>
        <span class={open > 0 ? "warn" : "dim"}>{plan.doubts.length === 0 ? "none" : open === 0 ? "all settled" : `${open} of ${plan.doubts.length} open`}</span>
        {open > 0 && (
          <span class="cluster">
            <button type="button" title="The doubt before (Shift+N)" onClick={() => onWalk(-1)}>
              Previous
            </button>
            <button type="button" title="The next doubt (N)" onClick={() => onWalk(1)}>
              Next
            </button>
          </span>
        )}
      </div>
      {plan.doubts.length === 0 && <p class="dim">Where the box isn’t sure who is who, it says so here. Until you answer, those frames are hidden whole.</p>}
      {plan.doubts.length > 0 && !doubt && <p class="dim">{open > 0 ? "Press N to go to the first one." : "Nothing is left to answer."}</p>}
      {doubt && (
        <>
          <p role="status">
            <strong>
              {number} of {plan.doubts.length}: {doubtWords[doubt.why] ?? doubt.why}
            </strong>
            <span class="under">
              {" "}
              {clipTime(secondsAt(plan, doubt.frames.first))}–{clipTime(secondsAt(plan, doubt.frames.last))}, frames {doubt.frames.first + 1}–{doubt.frames.last + 1}
            </span>
          </p>
          {about.length > 0 && (
            <div class="cluster" role="group" aria-label="Whom it is about">
              {about.map((track) => (
                <button key={track.id} type="button" aria-pressed={track.id === chosen} onClick={() => onChoose(track.id)}>
                  {nameOf(track)} <span class="dim">{roleWords[track.role].toLowerCase()}</span>
                </button>
              ))}
            </div>
          )}
          {isOpen(doubt) ? (
            <div class="answers">
              {ANSWERS.map((answer, nth) => (
                <button key={answer} type="button" onClick={() => onAnswer(answer)}>
                  <kbd>{nth + 1}</kbd> {answer === "nobody" && about.length === 0 ? nobodyElse : answerWords[answer]}
                </button>
              ))}
            </div>
          ) : (
            <p class="good">Settled.</p>
          )}
        </>
      )}
    </section>
  );
}
