// What a decision must say, by what is decided: extent, ground, what it rests on, the other people in
// the picture. The box refuses what can't stand. Next: step_dialog.tsx sends it.

import type { JSX } from "preact";
import type { RequestKind, RequestShown, RequestState } from "../contract";
import { Choice, Labelled } from "./fields";

type Ground = keyof typeof groundWords;
type Basis = { rests_on: "camera_purpose"; purpose: string } | { rests_on: "person_in_it" } | { rests_on: "legal_compulsion"; instrument: string };
type Consent = { answer: "given" } | { answer: "refused" } | { answer: "incapable" } | { answer: "not_obtained"; steps: string };
type Others =
  | { weighed: "nobody" }
  | { weighed: "not_subject_access" }
  | { weighed: "balanced"; information: string; confidentiality: "owed" | "not_owed"; consent: Consent; conclusion: string };

export type Verdict =
  | { verdict: "release"; extent: { given: "whole" } | { given: "part"; withheld: Ground }; basis: Basis; others: Others }
  | { verdict: "refuse"; ground: Ground }
  | { verdict: "nothing_held"; why: { absence: "never_recorded" } | { absence: "expired"; on: string } }
  | { verdict: "grant" };

export const groundWords = {
  third_party_rights: "The rights of others in the picture (Schedule 2 paragraph 16)",
  crime: "It would likely prejudice the detection of crime (paragraph 2)",
  legal_proceedings: "Legal proceedings (paragraph 5)",
  legal_privilege: "Legal privilege (paragraph 19)",
  manifestly_unfounded: "Manifestly unfounded (Article 12(5))",
  excessive: "Excessive (Article 12(5))",
  not_a_purpose: "Not for a purpose the camera has",
  not_necessary: "Not necessary or proportionate, or no incident named",
  identity_not_shown: "Who asks was not shown",
  not_upheld: "The right doesn’t apply, or the complaint is not upheld",
} as const;

const verdictWords = { release: "Release", refuse: "Refuse", nothing_held: "Nothing is held", grant: "Grant, by letter" } as const;
const THIRD: RequestKind[] = ["police", "police_urgent", "court_order", "other_statutory", "legal_proceedings"];
const COMPELLED: RequestKind[] = ["court_order", "other_statutory"];
const isThird = (kind: RequestKind) => THIRD.includes(kind);

export function startVerdict(request: RequestShown): Verdict {
  return fresh(possible(request.kind, request.state)[0] ?? "refuse", request.kind);
}

function possible(kind: RequestKind, state: RequestState): Verdict["verdict"][] {
  if (state === "not_held") return ["nothing_held"];
  if (kind === "media") return ["refuse"];
  return isThird(kind) || kind === "subject_access" ? ["release", "refuse", "nothing_held"] : ["grant", "refuse"];
}

function fresh(what: Verdict["verdict"], kind: RequestKind): Verdict {
  if (what === "refuse") return { verdict: "refuse", ground: kind === "media" ? "not_a_purpose" : "third_party_rights" };
  if (what === "nothing_held") return { verdict: "nothing_held", why: { absence: "never_recorded" } };
  if (what === "grant") return { verdict: "grant" };
  const basis: Basis = COMPELLED.includes(kind) ? { rests_on: "legal_compulsion", instrument: "" } : isThird(kind) ? { rests_on: "camera_purpose", purpose: "" } : { rests_on: "person_in_it" };
  return { verdict: "release", extent: { given: "whole" }, basis, others: isThird(kind) ? { weighed: "not_subject_access" } : { weighed: "nobody" } };
}

interface FieldsProps {
  kind: RequestKind;
  state: RequestState;
  /** The purposes of the cameras that are asked for. */
  purposes: string[];
  value: Verdict;
  onChange: (value: Verdict) => void;
}

export function DecisionFields({ kind, state, purposes, value, onChange }: FieldsProps): JSX.Element {
  const may = possible(kind, state);
  const words = Object.fromEntries(may.map((each) => [each, verdictWords[each]])) as Record<Verdict["verdict"], string>;
  return (
    <>
      <Choice legend="Decision" name="verdict" words={words} value={value.verdict} onChange={(what) => onChange(fresh(what, kind))} />
      {value.verdict === "refuse" && <GroundField label="Ground" value={value.ground} onChange={(ground) => onChange({ ...value, ground })} />}
      {value.verdict === "nothing_held" && <AbsenceFields value={value} onChange={onChange} />}
      {value.verdict === "release" && <ReleaseFields kind={kind} purposes={purposes} value={value} onChange={onChange} />}
    </>
  );
}

function GroundField({ label, value, onChange }: { label: string; value: Ground; onChange: (value: Ground) => void }): JSX.Element {
  return (
    <Labelled label={label}>
      <select value={value} onChange={(e) => onChange(e.currentTarget.value as Ground)}>
        {(Object.keys(groundWords) as Ground[]).map((each) => (
          <option key={each} value={each}>
            {groundWords[each]}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

type Absent = Extract<Verdict, { verdict: "nothing_held" }>;
function AbsenceFields({ value, onChange }: { value: Absent; onChange: (value: Verdict) => void }): JSX.Element {
  const { why } = value;
  return (
    <>
      <Choice
        legend="Why"
        name="absence"
        words={{ never_recorded: "Never recorded", expired: "Its retention period was over before the request came" }}
        value={why.absence}
        onChange={(absence) => onChange({ ...value, why: absence === "expired" ? { absence, on: "" } : { absence } })}
      />
      {why.absence === "expired" && (
        <Labelled label="Expired on">
          <input type="date" required value={why.on} onInput={(e) => onChange({ ...value, why: { absence: "expired", on: e.currentTarget.value } })} />
        </Labelled>
      )}
    </>
  );
}

type Release = Extract<Verdict, { verdict: "release" }>;
function ReleaseFields({ kind, purposes, value, onChange }: { kind: RequestKind; purposes: string[]; value: Release; onChange: (value: Verdict) => void }): JSX.Element {
  const { extent, basis, others } = value;
  const text = (label: string, now: string, set: (text: string) => void) => (
    <Labelled label={label}>
      <input required maxLength={500} autocomplete="off" value={now} onInput={(e) => set(e.currentTarget.value)} />
    </Labelled>
  );
  return (
    <>
      <Choice
        legend="How much"
        name="extent"
        words={{ whole: "All that was asked for", part: "A part" }}
        value={extent.given}
        onChange={(given) => onChange({ ...value, extent: given === "part" ? { given, withheld: "third_party_rights" } : { given } })}
      />
      {extent.given === "part" && <GroundField label="Why the rest is withheld" value={extent.withheld} onChange={(withheld) => onChange({ ...value, extent: { given: "part", withheld } })} />}
      {isThird(kind) && !COMPELLED.includes(kind) && (
        <Choice
          legend="What it rests on"
          name="basis"
          words={{ camera_purpose: "A purpose of the camera", legal_compulsion: "An order or enactment" }}
          value={basis.rests_on === "person_in_it" ? "camera_purpose" : basis.rests_on}
          onChange={(rests_on) => onChange({ ...value, basis: rests_on === "camera_purpose" ? { rests_on, purpose: "" } : { rests_on, instrument: "" } })}
        />
      )}
      {basis.rests_on === "camera_purpose" && (
        <Labelled label="The camera’s purpose">
          <select required value={basis.purpose} onChange={(e) => onChange({ ...value, basis: { rests_on: "camera_purpose", purpose: e.currentTarget.value } })}>
            <option value="">Choose one</option>
            {purposes.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </Labelled>
      )}
      {basis.rests_on === "legal_compulsion" && text("The order or enactment", basis.instrument, (instrument) => onChange({ ...value, basis: { rests_on: "legal_compulsion", instrument } }))}
      {!isThird(kind) && (
        <Choice
          legend="Other people in the picture"
          name="others"
          words={{ nobody: "Nobody but the requester is in it", balanced: "There are others; their rights were weighed" }}
          value={others.weighed === "balanced" ? "balanced" : "nobody"}
          onChange={(weighed) =>
            onChange({ ...value, others: weighed === "balanced" ? { weighed, information: "", confidentiality: "not_owed", consent: { answer: "not_obtained", steps: "" }, conclusion: "" } : { weighed } })
          }
        />
      )}
      {others.weighed === "balanced" && (
        <>
          {text("What of them would be shown", others.information, (information) => onChange({ ...value, others: { ...others, information } }))}
          <Choice
            legend="A duty of confidentiality to them"
            name="confidentiality"
            words={{ not_owed: "Not owed", owed: "Owed" }}
            value={others.confidentiality}
            onChange={(confidentiality) => onChange({ ...value, others: { ...others, confidentiality } })}
          />
          <Choice
            legend="Their consent"
            name="consent"
            words={{ given: "Given", refused: "Expressly refused", incapable: "Not capable of giving it", not_obtained: "Not obtained" }}
            value={others.consent.answer}
            onChange={(answer) => onChange({ ...value, others: { ...others, consent: answer === "not_obtained" ? { answer, steps: "" } : { answer } } })}
          />
          {others.consent.answer === "not_obtained" && text("What was done to seek it", others.consent.steps, (steps) => onChange({ ...value, others: { ...others, consent: { answer: "not_obtained", steps } } }))}
          {text("What it came to, and why", others.conclusion, (conclusion) => onChange({ ...value, others: { ...others, conclusion } }))}
        </>
      )}
    </>
  );
}
