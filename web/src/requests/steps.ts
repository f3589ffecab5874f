// Which steps a request's state offers, with what each needs said. It only offers: the box decides.
// Next: step_dialog.tsx takes one.

import type { RequestAnswer, RequestKind, RequestShown, RequestState } from "../contract";

/** What a step asks for beside its reason. */
export type Needs = "nothing" | "identity" | "search" | "letter" | "message" | "copy" | "decision" | "handover" | "password";

export interface Step {
  event: string;
  verb: string;
  needs: Needs;
  meaning: string;
  /** Where it goes when it isn't a plain step. */
  door?: "approval" | "release" | "close" | "decision";
  what?: "check" | "decision";
}

const plain = (event: string, verb: string, meaning: string, needs: Needs = "nothing"): Step => ({ event, verb, needs, meaning });

const beforeSearch = [
  plain("begin", "Settle identity and begin the search", "Says how it is known who asks. Nobody is asked for more than is needed.", "identity"),
  plain("ask_identity", "Ask for proof of identity", "Only with a real doubt. They read what you write: say what you doubt and what would settle it. The clock starts when it comes in.", "message"),
  plain("ask_authority", "Ask for written authority", "Somebody asks for another person. They read what you write. The clock starts when it comes in.", "message"),
];
const supplied = [plain("supplied", "It has come in", "The clock starts on the day it truly came.")];
const decide: Step = { event: "decide", verb: "Decide", needs: "decision", meaning: "Another person approves it before anything goes out.", door: "decision" };
const ask = plain("ask_clarification", "Ask a question", "Only where the footage can't be found otherwise. The clock stands still from today.", "message");
const prepare = plain("prepare", "The copy is ready to be checked", "Another person looks at all of it.", "copy");
const letter = plain("write_letter", "Put the letter on record", "The letter that goes out is named by its SHA-256. One from this computer is not sent anywhere.", "letter");
const approve: Step = { event: "approve", verb: "Approve the decision", needs: "password", meaning: "Nobody approves what they decided or prepared.", door: "approval", what: "decision" };
const sendBack = plain("send_back", "Send back", "It is decided anew.");
const close: Step = { event: "close", verb: "Close", needs: "password", meaning: "Asks for the release of what the request holds; a second person still has to agree.", door: "close" };

const handOver = plain("hand_over", "Put a handing over on record", "For a copy on a disc or a stick: on which medium, and who took it. Print the sheet among the letters first and have it signed.", "handover");

const everywhere = [
  plain("extend", "Extend by two months", "For complexity or the number of requests, with a notice inside month one. They read what you write: say which, and why.", "message"),
  plain("withdraw", "Withdrawn by the requester", "No answer goes out."),
];

const steps: Record<RequestState, Step[]> = {
  received: beforeSearch,
  identity_pending: supplied,
  authority_pending: supplied,
  fee_pending: supplied,
  searching: [
    plain("found", "Footage was found", "The search record says which cameras and times were looked through, and how.", "search"),
    plain("nothing_found", "Nothing was found", "The letter will say what was searched.", "search"),
    ask,
  ],
  clarification_pending: [plain("clarified", "It was answered", "The clock runs again."), plain("no_reply", "Close: nobody answered", "It is opened again when they do. What it holds stays.")],
  not_held: [decide],
  reviewing: [decide, ask],
  redacting: [prepare],
  checking: [
    { event: "pass", verb: "Pass the copy", needs: "password", meaning: "You have looked at all of it, and prepared none of it.", door: "approval", what: "check" },
    plain("fail", "Send the copy back", "It is prepared anew."),
  ],
  ready: [],
  released: [handOver, close],
  partly_released: [handOver, close],
  refused: [close],
  withdrawn: [close],
  closed: [],
};

const release: Step = { event: "release", verb: "Release", needs: "password", meaning: "The bundles can be fetched then, and the register of disclosures has it.", door: "release" };

/** Steps offered now. */
export function offered(request: RequestShown): Step[] {
  const { state } = request;
  const answer = request.facts.answer ?? null;
  const list = [...steps[state]];
  if (state === "reviewing" || state === "not_held") list.push(...onAnswer(answer, request.kind));
  if (state === "ready") list.push(...(answer?.approved_by ? [release] : [approve]), sendBack);
  return request.clock === null ? list : [...list, ...everywhere];
}

function onAnswer(answer: RequestAnswer | null, kind: RequestKind): Step[] {
  if (!answer) return [];
  if (answer.outcome === "release_whole" || answer.outcome === "release_part") {
    const redact = kind === "subject_access" ? [plain("begin_redaction", "Begin redaction", "Everybody else is to be made unrecognisable.")] : [];
    return [prepare, ...redact, letter];
  }
  if (answer.approved_by) return [close];
  return answer.letter ? [approve, letter, sendBack] : [letter, sendBack];
}
