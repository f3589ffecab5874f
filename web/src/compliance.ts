// The promises of the privacy notice, and how each stands by what the box says of itself. In doubt a
// promise does not stand. Next: pages/compliance_page.tsx shows them.

import { boxNow } from "./api";
import type { Status } from "./contract";
import { fromRfc3339 } from "./site_time";
import { address } from "./route";

export interface Pledge {
  promise: string;
  /** What is done for it, as things are. */
  fact: string;
  /** What is wrong, each with what to do; none when it stands. */
  wrong: string[];
  href: string;
}

/** Expiry that has not run for this long is no promise kept. */
const EXPIRY_WITHIN_S = 24 * 3600;

const count = (n: number, one: string, many: string) => (n === 1 ? `One ${one}` : `${n} ${many}`);

export function promises(status: Status): Pledge[] {
  const { cameras, clock, expiry, holds, keys, retention, witnesses, cases, bank_holidays, policy, emergencies, mail } = status;
  const silent = cameras.filter((camera) => camera.state !== "recording");
  const late = expiry.last_run === null || boxNow() - fromRfc3339(expiry.last_run) > EXPIRY_WITHIN_S;
  const when = (wrong: boolean, text: string) => (wrong ? [text] : []);
  return [
    {
      promise: "Images are kept no longer than necessary",
      fact: "Each camera has its period, with a reason and a review date. What is over its period goes by itself.",
      wrong: [
        ...when(expiry.overdue > 0, `${count(expiry.overdue, "recording is", "recordings are")} kept more than a day past the period.`),
        ...when(expiry.refused !== null, `Expiry is waiting: ${expiry.refused}.`),
        ...when(late && expiry.refused === null, "Expiry has not run for a day."),
        ...when(retention.reviews_overdue > 0, `${count(retention.reviews_overdue, "period’s review is", "periods’ reviews are")} overdue.`),
      ],
      href: address.retention,
    },
    { promise: "What is gone can’t be brought back", fact: `${keys.claim.sentence} Key generation ${keys.epoch}, kept by ${keys.custody}.`, wrong: [], href: address.retention },
    {
      promise: "Images are kept longer only while somebody needs them",
      fact: `${holds.in_force === 0 ? "Nothing is held" : `${count(holds.in_force, "hold is", "holds are")} in force`}. Two people and 72 hours let one go.`,
      wrong: when(holds.review_overdue > 0, `${count(holds.review_overdue, "hold’s review is", "holds’ reviews are")} overdue.`),
      href: address.holds,
    },
    {
      promise: "The box can keep what was promised",
      fact: "The disk is measured against the periods of all cameras.",
      wrong: when(retention.disk_too_small.length > 0, "The disk is too small for the periods of its cameras. Add a disk, or shorten a period."),
      href: address.retention,
    },
    {
      promise: "People get an answer in time",
      fact: `${cases.open === 0 ? "No request is open" : `${count(cases.open, "request is", "requests are")} open, ${cases.due_soon} due within a week`}. ${mail.configured ? "Who asked is told of news by mail." : "Who asked is told of news by post: no mail server is configured."}`,
      wrong: [
        ...when(cases.overdue > 0, `${count(cases.overdue, "request is", "requests are")} overdue. Answer now.`),
        ...when(bank_holidays.renew, `Bank holidays are known until ${bank_holidays.known_until} only: have a newer table named in the configuration.`),
        ...when(mail.waiting > 0, `${count(mail.waiting, "mail waits", "mails wait")} for the mail server, which did not take ${mail.waiting === 1 ? "it" : "them"} so far.`),
        ...when(mail.staff_undelivered > 0, `${count(mail.staff_undelivered, "reminder to staff was", "reminders to staff were")} not delivered in the last month. Have mail.staff in the configuration checked.`),
        ...when(mail.undelivered > 0, `${count(mail.undelivered, "mail was", "mails were")} not delivered in the last month. Their requests’ histories say which: write by post.`),
        ...when(cases.forms_owed > 0, `${count(cases.forms_owed, "police form is", "police forms are")} owed for footage that went out.`),
      ],
      href: address.requests,
    },
    {
      promise: "Nobody looks unseen",
      fact: `Every look is logged before the first picture. ${witnesses.length === 0 ? "No witness outside the box is configured: whoever runs the box could rewrite the log." : `${count(witnesses.length, "witness keeps", "witnesses keep")} the log’s checkpoints.`}`,
      wrong: witnesses.filter((witness) => witness.standing === "contradicts").map((witness) => `${witness.witness} has seen another log than this one. Keep the box as it is, and tell the data protection officer.`),
      href: address.status,
    },
    {
      promise: "Whoever looks knows the rules",
      fact: policy.configured
        ? "The provider’s policy is read, and training stated, before any footage is shown; again each year."
        : "No CCTV policy is configured: nobody is asked whether they know it.",
      wrong: when(policy.configured && policy.not_clear > 0, `${count(policy.not_clear, "account that sees footage has", "accounts that see footage have")} yet to acknowledge the policy; they are shown none until then.`),
      href: address.policy,
    },
    {
      promise: "An emergency opens footage for a while, and never unnoticed",
      fact: emergencies.open_now === 0 ? "Nothing is open in an emergency." : `${count(emergencies.open_now, "account has", "accounts have")} footage open in an emergency.`,
      wrong: when(emergencies.not_looked_at > 0, `${count(emergencies.not_looked_at, "opening has", "openings have")} not been looked at by the data protection officer.`),
      href: address.compliance,
    },
    {
      promise: "Times can be relied on",
      fact: clock.synchronised ? "A time source holds the clock." : "No time source holds the clock.",
      wrong: when(!clock.synchronised, "Set up a time server on the box."),
      href: address.status,
    },
    {
      promise: "The cameras record",
      fact: `${cameras.length - silent.length} of ${cameras.length} are recording.`,
      wrong: silent.map((camera) => `${camera.id}: ${camera.error ?? camera.state}`),
      href: address.status,
    },
  ];
}
