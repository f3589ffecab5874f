// Passkeys on the pages that the box writes itself: beside each field that waits for one stands a button,
// and a form that makes one asks the device first. Without it the pages work by password.

import { canPasskey, makePasskey, showPasskey, troubleWords } from "./passkey";

function tell(form: HTMLFormElement, words: string): void {
  const notice = form.querySelector("[data-passkey-notice]") ?? document.createElement("p");
  notice.setAttribute("data-passkey-notice", "");
  notice.setAttribute("role", "alert");
  notice.className = "notice failed";
  notice.textContent = words;
  form.append(notice);
}

/** A button beside the hidden field that a passkey fills in. */
function offer(field: HTMLInputElement): void {
  const form = field.form;
  if (!form) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = field.dataset["passkey"] ?? "";
  button.addEventListener("click", () => {
    button.disabled = true;
    showPasskey()
      .then((answer) => {
        if (!answer) return tell(form, "No passkey was shown.");
        field.value = JSON.stringify(answer);
        const submitters = form.querySelectorAll<HTMLButtonElement>("button[type=submit]");
        // What a passkey stands for need not be typed; everything else is still asked for.
        for (const typed of form.querySelectorAll<HTMLInputElement>("[name=password][autocomplete=current-password],[name=name][autocomplete=username],[name=own_password],[name=own_code]")) typed.required = false;
        if (submitters.length === 1) form.requestSubmit(submitters[0]);
        else button.textContent = "Passkey shown: now choose";
      })
      .catch((error: unknown) => tell(form, troubleWords(error)))
      .finally(() => {
        button.disabled = false;
      });
  });
  field.after(button);
}

/** A form whose device makes a passkey before it goes out. */
function make(form: HTMLFormElement): void {
  form.addEventListener("submit", (event) => {
    const made = form.elements.namedItem("made") as HTMLInputElement;
    if (made.value !== "") return;
    event.preventDefault();
    makePasskey(JSON.parse(form.dataset["passkeyOptions"] ?? "{}") as Record<string, unknown>)
      .then((credential) => {
        if (!credential) return tell(form, "No passkey was made. Try again when you are ready.");
        made.value = JSON.stringify({ ticket: form.dataset["passkeyTicket"], credential });
        form.requestSubmit();
      })
      .catch((error: unknown) => tell(form, troubleWords(error)));
  });
}

if (canPasskey()) {
  document.querySelectorAll<HTMLInputElement>("input[data-passkey]").forEach(offer);
  document.querySelectorAll<HTMLFormElement>("form[data-passkey-options]").forEach(make);
}
