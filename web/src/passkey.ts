// What a browser does with passkeys: shows one, makes one. Values go out as the box reads them, as
// JSON with binary parts in base64url (WebAuthn level 3, toJSON). Next: passkey_page.ts, shell/proof_fields.tsx.

/** As the box takes it. */
export interface PasskeyAnswer {
  ticket: string;
  credential: unknown;
}

interface Asked {
  ticket: string;
  options: Record<string, unknown>;
}

/** Whether this browser and this page can. */
export const canPasskey = (): boolean => window.isSecureContext && "PublicKeyCredential" in window;

/** Why a passkey can't be used, in words for whoever is there. */
export class PasskeyTrouble extends Error {}

const general = "The passkey could not be used here. Try again, or use your password and a code.";

export const troubleWords = (error: unknown): string => (error instanceof PasskeyTrouble ? error.message : general);

/** A passkey belongs to the site's name; browsers refuse it under another. */
function checkName(name: unknown): void {
  if (typeof name !== "string" || location.hostname === name || location.hostname.endsWith(`.${name}`)) return;
  throw new PasskeyTrouble(`Passkeys belong to the name ${name}: open Holdfast by that, not by ${location.hostname}.`);
}

const bytes = (text: string): ArrayBuffer => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0)).buffer;

const text = (buffer: ArrayBuffer): string =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

interface Named {
  id: string;
}

const named = (list: unknown): { id: ArrayBuffer }[] => ((list ?? []) as Named[]).map((each) => ({ ...each, id: bytes(each.id) }));

function plain(credential: PublicKeyCredential): unknown {
  const { response } = credential;
  const parts: Record<string, string> = { clientDataJSON: text(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) parts["attestationObject"] = text(response.attestationObject);
  if (response instanceof AuthenticatorAssertionResponse) {
    parts["authenticatorData"] = text(response.authenticatorData);
    parts["signature"] = text(response.signature);
    if (response.userHandle) parts["userHandle"] = text(response.userHandle);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: parts, extensions: credential.getClientExtensionResults() };
}

/** Lets whoever is there show a passkey; null where they thought better of it. */
export async function showPasskey(): Promise<PasskeyAnswer | null> {
  const answer = await fetch("/login/passkey", { method: "POST" });
  if (!answer.ok) throw new Error(`the box answered with ${answer.status}`);
  const { ticket, options } = (await answer.json()) as Asked;
  checkName(options["rpId"]);
  const publicKey = { ...options, challenge: bytes(options["challenge"] as string), allowCredentials: named(options["allowCredentials"]) } as unknown as PublicKeyCredentialRequestOptions;
  const credential = await given(navigator.credentials.get({ publicKey }));
  return credential && { ticket, credential: plain(credential) };
}

/** Makes a passkey by these options; null where its owner thought better of it. */
export async function makePasskey(options: Record<string, unknown>): Promise<unknown> {
  const user = options["user"] as Named;
  checkName((options["rp"] as Named | undefined)?.id);
  const publicKey = {
    ...options,
    challenge: bytes(options["challenge"] as string),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: named(options["excludeCredentials"]),
  } as unknown as PublicKeyCredentialCreationOptions;
  const credential = await given(navigator.credentials.create({ publicKey }));
  return credential && plain(credential);
}

/** Browsers say "not allowed" for a dialog that was closed, or that nobody answered. */
async function given(asking: Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  try {
    return (await asking) as PublicKeyCredential | null;
  } catch (error) {
    if (error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError")) return null;
    throw error;
  }
}
