// Takes a request in for somebody who phoned, wrote or came by: who, what, for which stretch, and when
// it truly came. What it asks for is kept from that moment. Next: pages/request_page.tsx works on it.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { boxNow, postJson, problemFrom } from "../api";
import type { Channel, Problem, RequestKind, RequestReceipt } from "../contract";
import { useCameras } from "../pages/grid_page";
import { address } from "../route";
import { CameraTicks } from "../shell/camera_ticks";
import { Dialog } from "../shell/dialog";
import { DialogEnd } from "../shell/dialog_end";
import { InstantField, meant, typedAt } from "../shell/instant_field";
import { useWorkspace } from "../shell/workspace";
import { toRfc3339 } from "../site_time";
import { Labelled } from "./fields";
import { channelWords, civilDay, kindWords } from "./words";

/** Kinds that ask for no footage, so that no stretch need be named. */
const WITHOUT_STRETCH: RequestKind[] = ["complaint", "information", "media", "objection", "erasure"];

export function ReceiveDialog({ onReceived, onClose, opens }: { onReceived: () => void; onClose: () => void; opens: boolean }): JSX.Element {
  const { zone } = useWorkspace();
  const cameras = useCameras();
  const now = boxNow();
  // The same form sent twice is the same request.
  const [submission] = useState(() => crypto.randomUUID());
  const [kind, setKind] = useState<RequestKind>("subject_access");
  const [channel, setChannel] = useState<Channel>("phone");
  const [received, setReceived] = useState(() => typedAt(Math.floor(now), zone));
  const [person, setPerson] = useState({ name: "", contact: "", organisation: "", needs: "" });
  const [words, setWords] = useState("");
  const [sought, setSought] = useState("");
  const [place, setPlace] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [from, setFrom] = useState(() => typedAt(Math.floor(now) - 3600, zone));
  const [to, setTo] = useState(() => typedAt(Math.floor(now), zone));
  const [stretch, setStretch] = useState(true);
  const [busy, setBusy] = useState(false);
  const [sentence, setSentence] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [receipt, setReceipt] = useState<RequestReceipt | null>(null);

  const submit = async (event: Event) => {
    event.preventDefault();
    setSentence(null);
    setProblem(null);
    const [came, start, end] = [meant(received, zone), meant(from, zone), meant(to, zone)];
    if ("sentence" in came) return setSentence(came.sentence);
    if (stretch && "sentence" in start) return setSentence(start.sentence);
    if (stretch && "sentence" in end) return setSentence(end.sentence);
    const asked = stretch && "at" in start && "at" in end ? [{ place: place.trim(), cameras: chosen, from: toRfc3339(start.at), to: toRfc3339(end.at) }] : [];
    setBusy(true);
    try {
      setReceipt(await postJson<RequestReceipt>("/api/v1/cases", { submission, kind, channel, received: toRfc3339(came.at), requester: person, asked, words: words.trim(), sought: sought.trim() }));
      onReceived();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setBusy(false);
    }
  };

  if (receipt) {
    return (
      <Dialog title={`Request ${receipt.reference}`} onClose={onClose} class="hold">
        <div class="stack">
          <p>
            Answer by <strong>{civilDay(receipt.due)}</strong>. {receipt.holds.length > 0 ? "What it asks for is kept from now on." : "It asks for no footage, so nothing is held."}
          </p>
          {receipt.code && (
            <>
              <p>
                For the requester, to follow it with. <strong>It is shown only now:</strong>
              </p>
              <p class="code">
                <code>{receipt.code}</code>
              </p>
            </>
          )}
        </div>
        <footer>
          <button type="button" onClick={() => window.print()}>
            Print
          </button>
          {opens ? (
            <a class="button primary" href={address.request(receipt.reference)} onClick={onClose}>
              Open the request
            </a>
          ) : (
            <button type="button" class="primary" onClick={onClose}>
              Close
            </button>
          )}
        </footer>
      </Dialog>
    );
  }

  const text = (name: keyof typeof person, label: string, required: boolean) => (
    <Labelled label={label}>
      <input name={name} required={required} maxLength={200} autocomplete="off" value={person[name]} onInput={(e) => setPerson({ ...person, [name]: e.currentTarget.value })} />
    </Labelled>
  );
  const choose = (next: RequestKind) => {
    setKind(next);
    setStretch(!WITHOUT_STRETCH.includes(next));
  };
  return (
    <Dialog title="Take in a request" onClose={onClose} class="hold">
      <form onSubmit={submit}>
        <div class="pair">
          <Labelled label="Kind">
            <select name="kind" autofocus value={kind} onChange={(e) => choose(e.currentTarget.value as RequestKind)}>
              {(Object.keys(kindWords) as RequestKind[]).map((each) => (
                <option key={each} value={each}>
                  {kindWords[each]}
                </option>
              ))}
            </select>
          </Labelled>
          <Labelled label="How it came">
            <select name="channel" value={channel} onChange={(e) => setChannel(e.currentTarget.value as Channel)}>
              {(Object.keys(channelWords) as Channel[])
                .filter((each) => each !== "portal")
                .map((each) => (
                  <option key={each} value={each}>
                    {channelWords[each]}
                  </option>
                ))}
            </select>
          </Labelled>
        </div>
        <InstantField label="When it truly came" value={received} zone={zone} onChange={setReceived} />
        <div class="pair">
          {text("name", "Name", true)}
          {text("contact", "How to reach them", true)}
        </div>
        <div class="pair">
          {text("organisation", "Organisation, if any", false)}
          {text("needs", "What they need: large print, another language", false)}
        </div>
        <Labelled label="What helps to find them: clothes, vehicle">
          <textarea name="sought" rows={2} maxLength={1000} value={sought} onInput={(e) => setSought(e.currentTarget.value)} />
        </Labelled>
        <p class="hint">Deleted when the request is closed.</p>
        <Labelled label="In their own words">
          <textarea name="words" rows={3} maxLength={4000} value={words} onInput={(e) => setWords(e.currentTarget.value)} />
        </Labelled>
        <label class="tick">
          <input type="checkbox" checked={stretch} onChange={(e) => setStretch(e.currentTarget.checked)} /> It is about a stretch of footage
        </label>
        {stretch && (
          <>
            <div class="pair">
              <InstantField label="From" value={from} zone={zone} onChange={setFrom} />
              <InstantField label="To" value={to} zone={zone} onChange={setTo} />
            </div>
            <Labelled label="Where">
              <input name="place" maxLength={200} autocomplete="off" value={place} onInput={(e) => setPlace(e.currentTarget.value)} />
            </Labelled>
            <CameraTicks legend="Cameras" cameras={cameras.value} chosen={chosen} onChange={setChosen} />
            <p class="hint">Where none is chosen, every camera’s footage of that time is kept until the request is closed.</p>
          </>
        )}
        <DialogEnd sentence={sentence} problem={problem} verb="Take it in" sending={busy ? "Taking it in…" : null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
