// The police form, field by field, as the force uses it (DPA 2018 Schedule 2 paragraph 2). The box says
// what is lacking. Next: pages/request_page.tsx shows it.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { postJson, problemFrom } from "../api";
import type { Problem } from "../contract";
import { Dialog } from "../shell/dialog";
import { DialogEnd } from "../shell/dialog_end";
import { Labelled } from "./fields";

export const formWords = {
  force: "Force",
  officer_name: "Officer’s name",
  officer_rank: "Officer’s rank",
  officer_number: "Collar or warrant number",
  email: "Email",
  phone: "Phone",
  crime_reference: "Crime, occurrence or log reference",
  offence: "Offence",
  description: "What is sought",
  subject: "The person, if known",
  purpose: "Purpose: prevention or detection, apprehension or prosecution, tax",
  necessity: "Why necessary and proportionate, and not to be had otherwise",
  public_task: "That it is needed for the force’s public task",
  prejudice: "Why the person must not be told, if so",
  needed_by: "Needed by",
  delivery: "How to deliver it",
  declaration: "Declaration, with its date",
  authoriser_name: "Authorised by",
  authoriser_rank: "Authoriser’s rank",
} as const;

type Field = keyof typeof formWords;
const LONG: Field[] = ["description", "necessity"];

interface FormProps {
  reference: string;
  onDone: () => void;
  onClose: () => void;
}

export function FormDialog({ reference, onDone, onClose }: FormProps): JSX.Element {
  const names = Object.keys(formWords) as Field[];
  const [form, setForm] = useState(() => Object.fromEntries(names.map((name) => [name, ""])) as Record<Field, string>);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await postJson<unknown>(`/api/v1/cases/${encodeURIComponent(reference)}/form`, form);
      onDone();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog title="The police form" onClose={onClose} class="hold">
      <form onSubmit={submit}>
        {names.map((name, nth) => (
          <Labelled key={name} label={formWords[name]}>
            {LONG.includes(name) ? (
              <textarea name={name} rows={3} maxLength={1000} value={form[name]} onInput={(e) => setForm({ ...form, [name]: e.currentTarget.value })} />
            ) : (
              <input name={name} autofocus={nth === 0} maxLength={1000} autocomplete="off" value={form[name]} onInput={(e) => setForm({ ...form, [name]: e.currentTarget.value })} />
            )}
          </Labelled>
        ))}
        <DialogEnd problem={problem} verb="Put it on record" sending={busy ? "Putting it on record…" : null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
