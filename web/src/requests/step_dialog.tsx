// One step of a request: its reason, the day it truly was, and what the step must say besides. Steps
// that let something out ask for the password. Next: pages/request_page.tsx offers them.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { boxNow, postJson, problemFrom } from "../api";
import type { Problem, RequestShown } from "../contract";
import { useCameras } from "../pages/grid_page";
import { CameraTicks } from "../shell/camera_ticks";
import { Dialog } from "../shell/dialog";
import { DialogEnd } from "../shell/dialog_end";
import { InstantField, meant, typedAt } from "../shell/instant_field";
import { nothingTyped, ProofFields, sent } from "../shell/proof_fields";
import { useWorkspace } from "../shell/workspace";
import { dayOf, fromRfc3339, toRfc3339 } from "../site_time";
import { DecisionFields, type Verdict, startVerdict } from "./decision_fields";
import { Choice, Labelled } from "./fields";
import { LetterField } from "./letter_field";
import type { Needs, Step } from "./steps";

interface StepProps {
  request: RequestShown;
  step: Step;
  onDone: () => void;
  onClose: () => void;
}

const identityWords = {
  known_tenant: "A known tenant; the contact details match",
  evidence: "Evidence was seen, and deleted",
  called_back: "An organisation, called back over its published number",
  not_needed: "Not needed for this kind of request",
} as const;
const evidenceWords = { tenancy_details: "Answers only the tenant knows", proof_of_address: "A letter or bill to the address", photo_identity: "A document with a picture" } as const;
const copyWords = { only_requester: "Only the requester is in it", redacted: "Everybody else is redacted", original: "The original, as recorded" } as const;

/** What the reason of a step is, where it is more than that. */
const reasonWords: Partial<Record<Needs, string>> = { search: "How it was searched", message: "What they read", handover: "How it went over" };

/** An hour: so much more is looked through at either end. */
const aroundS = 3600;

export function StepDialog({ request, step, onDone, onClose }: StepProps): JSX.Element {
  const { zone } = useWorkspace();
  const today = dayOf(boxNow(), zone);
  const cameras = useCameras();
  const asked = request.asked[0];
  const wanted = new Set(request.asked.flatMap((stretch) => stretch.cameras));
  const purposes = [...new Set((cameras.value ?? []).filter((camera) => wanted.size === 0 || wanted.has(camera.id)).map((camera) => camera.purpose))];
  const [reason, setReason] = useState("");
  const [on, setOn] = useState(today);
  const [proof, setProof] = useState(nothingTyped);
  const [how, setHow] = useState<keyof typeof identityWords>("known_tenant");
  const [seen, setSeen] = useState<keyof typeof evidenceWords>("tenancy_details");
  const [searched, setSearched] = useState<string[]>(asked?.cameras ?? []);
  // People are wrong about the time: an hour more at either end is looked through.
  const [from, setFrom] = useState(() => typedAt(asked ? fromRfc3339(asked.from) - aroundS : boxNow() - aroundS, zone));
  const [to, setTo] = useState(() => typedAt(asked ? Math.min(fromRfc3339(asked.to) + aroundS, boxNow()) : boxNow(), zone));
  const [medium, setMedium] = useState("");
  const [taker, setTaker] = useState("");
  const [letter, setLetter] = useState<string | null>(null);
  const [content, setContent] = useState<keyof typeof copyWords>(request.kind === "subject_access" ? "only_requester" : "original");
  const [verdict, setVerdict] = useState<Verdict>(() => startVerdict(request));
  const [busy, setBusy] = useState(false);
  const [sentence, setSentence] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const body = (): Record<string, unknown> | string => {
    const common = { reason: reason.trim(), version: request.version };
    if (step.door === "decision") return { ...common, decision: verdict };
    if (step.door) return { ...common, ...sent(proof), ...(step.what ? { what: step.what } : {}) };
    const plain = { ...common, event: step.event, on };
    if (step.needs === "identity") return { ...plain, identity: how === "evidence" ? { how, seen, deleted: today } : { how } };
    if (step.needs === "handover") return { ...plain, handover: { medium: medium.trim(), to: taker.trim() } };
    if (step.needs === "copy") return { ...plain, content };
    if (step.needs === "letter") return letter ? { ...plain, sha256: letter } : "The letter is not there yet: wait a moment, or choose its file.";
    if (step.needs !== "search") return plain;
    const [start, end] = [meant(from, zone), meant(to, zone)];
    if (searched.length === 0) return "Choose the cameras that were looked through.";
    if ("sentence" in start) return start.sentence;
    if ("sentence" in end) return end.sentence;
    return { ...plain, search: { cameras: searched, windows: [{ from: toRfc3339(start.at), to: toRfc3339(end.at) }], method: reason.trim() } };
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    const order = body();
    if (typeof order === "string") return setSentence(order);
    setSentence(null);
    setProblem(null);
    setBusy(true);
    try {
      await postJson<unknown>(`/api/v1/cases/${encodeURIComponent(request.reference)}/${step.door ?? "steps"}`, order);
      onDone();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setProof(nothingTyped);
      setBusy(false);
    }
  };

  return (
    <Dialog title={step.verb} onClose={onClose} class="hold">
      <form onSubmit={submit}>
        <p class="hint">{step.meaning}</p>
        {step.needs === "identity" && (
          <>
            <Choice legend="How it is known who asks" name="how" words={identityWords} value={how} onChange={setHow} />
            {how === "evidence" && <Choice legend="What was seen" name="seen" words={evidenceWords} value={seen} onChange={setSeen} />}
          </>
        )}
        {step.needs === "search" && (
          <>
            <CameraTicks legend="Cameras looked through" cameras={cameras.value} chosen={searched} onChange={setSearched} />
            <div class="pair">
              <InstantField label="From" value={from} zone={zone} onChange={setFrom} />
              <InstantField label="To" value={to} zone={zone} onChange={setTo} />
            </div>
          </>
        )}
        {step.needs === "handover" && (
          <>
            <Labelled label="The medium: kind, make, serial number or seal">
              <input name="medium" autofocus required minLength={3} maxLength={500} autocomplete="off" value={medium} onInput={(e) => setMedium(e.currentTarget.value)} />
            </Labelled>
            <Labelled label="Who took it: name, rank and number, or the carrier">
              <input name="taker" required minLength={3} maxLength={500} autocomplete="off" value={taker} onInput={(e) => setTaker(e.currentTarget.value)} />
            </Labelled>
          </>
        )}
        {step.needs === "letter" && <LetterField request={request} day={on} value={letter} onChange={setLetter} />}
        {step.needs === "copy" && <Choice legend="What the copy shows" name="content" words={copyWords} value={content} onChange={setContent} />}
        {step.needs === "decision" && <DecisionFields kind={request.kind} state={request.state} purposes={purposes} value={verdict} onChange={setVerdict} />}
        <Labelled label={reasonWords[step.needs] ?? "Reason"}>
          <input name="reason" autofocus={step.needs !== "handover"} required maxLength={500} autocomplete="off" value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
        </Labelled>
        {!step.door && (
          <Labelled label="The day it truly was">
            <input type="date" name="on" required max={today} value={on} onInput={(e) => setOn(e.currentTarget.value)} />
          </Labelled>
        )}
        {step.needs === "password" && <ProofFields value={proof} onChange={setProof} />}
        <DialogEnd sentence={sentence} problem={problem} verb={step.verb} sending={busy ? "Sending…" : null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
