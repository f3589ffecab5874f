// Places a hold or a restriction: what must stay, for whom, until when somebody looks at it again; then
// the receipt, which says what is kept and what had already gone. Next: pages/hold_page.tsx shows it.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { boxNow, postJson, problemFrom } from "../api";
import type { HoldKind, HoldRequest, Problem, Receipt } from "../contract";
import { useCameras } from "../pages/grid_page";
import { address } from "../route";
import { CameraTicks } from "../shell/camera_ticks";
import { Dialog } from "../shell/dialog";
import { DialogEnd } from "../shell/dialog_end";
import { InstantField, meant, typedAt } from "../shell/instant_field";
import { useWorkspace } from "../shell/workspace";
import { dayBounds, dayOf, type Interval, shiftDay, toRfc3339 } from "../site_time";
import { holdWords } from "../words";
import { ReceiptList } from "./receipt_list";

const hints: Record<HoldKind, string> = {
  hold: "Kept, whatever its retention period says.",
  restriction: "Kept, and not shown or exported, but for a legal claim (Article 18).",
};

const REVIEW_DAYS = 30;
const REVIEW_DAYS_MAX = 90;

interface HoldProps {
  cameras: string[];
  range: Interval;
  onPlaced: () => void;
  onClose: () => void;
}

export function HoldDialog({ cameras, range, onPlaced, onClose }: HoldProps): JSX.Element {
  const { zone } = useWorkspace();
  const known = useCameras();
  const today = dayOf(boxNow(), zone);
  const [kind, setKind] = useState<HoldKind>("hold");
  const [chosen, setChosen] = useState<string[]>(cameras);
  const [from, setFrom] = useState(() => typedAt(Math.floor(range.from), zone));
  const [to, setTo] = useState(() => typedAt(Math.ceil(range.to), zone));
  const [open, setOpen] = useState(false);
  const [words, setWords] = useState({ reason: "", case: "", requester: "" });
  const [review, setReview] = useState(shiftDay(today, REVIEW_DAYS));
  const [stage, setStage] = useState<{ kind: "asking" } | { kind: "placing" } | { kind: "placed"; receipt: Receipt } | { kind: "failed"; problem: Problem }>({ kind: "asking" });
  const [sentence, setSentence] = useState<string | null>(null);

  const submit = async (event: Event) => {
    event.preventDefault();
    setSentence(null);
    const [start, end] = [meant(from, zone), open ? null : meant(to, zone)];
    if (chosen.length === 0) return setSentence("Choose at least one camera.");
    if ("sentence" in start) return setSentence(start.sentence);
    if (end && "sentence" in end) return setSentence(end.sentence);
    if (end && end.at <= start.at) return setSentence("The end must come after the start.");
    setStage({ kind: "placing" });
    const order: HoldRequest = {
      kind,
      cameras: chosen,
      from: toRfc3339(start.at),
      to: end ? toRfc3339(end.at) : "open",
      reason: words.reason.trim(),
      case: words.case.trim(),
      requester: words.requester.trim(),
      review_by: toRfc3339(dayBounds(review, zone).from),
    };
    try {
      setStage({ kind: "placed", receipt: await postJson<Receipt>("/api/v1/holds", order) });
      onPlaced();
    } catch (thrown) {
      setStage({ kind: "failed", problem: problemFrom(thrown) });
    }
  };

  if (stage.kind === "placed") {
    return (
      <Dialog title={`${holdWords[kind]} in force`} onClose={onClose} class="hold">
        <div class="stack">
          <ReceiptList receipt={stage.receipt} />
        </div>
        <footer>
          <button type="button" onClick={onClose}>
            Close
          </button>
          <a class="button primary" href={address.hold(stage.receipt.id)} onClick={onClose}>
            Open the record
          </a>
        </footer>
      </Dialog>
    );
  }

  const word = (name: keyof typeof words, label: string, length: number, focus = false) => (
    <label class="field">
      <span>{label}</span>
      <input name={name} autofocus={focus} required maxLength={length} autocomplete="off" value={words[name]} onInput={(e) => setWords({ ...words, [name]: e.currentTarget.value })} />
    </label>
  );
  return (
    <Dialog title="Hold footage" onClose={onClose} class="hold">
      <form onSubmit={submit}>
        <fieldset>
          <legend>Kind</legend>
          <div class="choices">
            {(Object.keys(holdWords) as HoldKind[]).map((each) => (
              <label key={each} class="choice">
                <input type="radio" name="kind" value={each} checked={kind === each} onChange={() => setKind(each)} />
                <span>
                  <strong>{holdWords[each]}</strong>
                  <small>{hints[each]}</small>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <CameraTicks legend="Cameras" cameras={known.value} chosen={chosen} onChange={setChosen} />
        <div class="pair">
          <InstantField label="From" value={from} zone={zone} onChange={setFrom} />
          <InstantField label="To" value={to} zone={zone} disabled={open} onChange={setTo} />
        </div>
        <label class="tick">
          <input type="checkbox" checked={open} onChange={(e) => setOpen(e.currentTarget.checked)} /> No end: also keep what is recorded from now on
        </label>
        <div class="pair">
          {word("case", "Case reference", 60, true)}
          {word("requester", "Wanted by", 120)}
        </div>
        <div class="pair">
          {word("reason", "Reason", 500)}
          <label class="field">
            <span>Look at it again by</span>
            <input type="date" name="review" required min={shiftDay(today, 1)} max={shiftDay(today, REVIEW_DAYS_MAX)} value={review} onInput={(e) => setReview(e.currentTarget.value)} />
          </label>
        </div>
        <p class="hint">At the latest in {REVIEW_DAYS_MAX} days. The date only reminds: two people release a hold, and 72 hours later it lets go.</p>
        <DialogEnd sentence={sentence} problem={stage.kind === "failed" ? stage.problem : null} verb="Place it" sending={stage.kind === "placing" ? "Placing…" : null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
