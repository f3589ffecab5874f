// A hold's receipt: what is kept, what had gone before it came, and whether it reaches into the future.

import type { JSX } from "preact";
import type { Receipt, Stretch } from "../contract";
import { useWorkspace } from "../shell/workspace";
import { clockTime, dateTime, dayOf, duration, fromRfc3339, zoneName } from "../site_time";

const SHOWN = 200;

export function ReceiptList({ receipt }: { receipt: Receipt }): JSX.Element {
  const kept = receipt.covered.reduce((sum, each) => sum + fromRfc3339(each.end) - fromRfc3339(each.start), 0);
  return (
    <>
      {receipt.already_gone.length > 0 && (
        <div class="notice failed" role="alert">
          <h3>Part of it had already gone</h3>
          <p>This was recorded, but expired before the hold came. It can't be brought back.</p>
          <Stretches list={receipt.already_gone} label="Already gone" />
        </div>
      )}
      {receipt.covered.length > 0 ? (
        <>
          <p>
            <strong>{duration(kept)}</strong> of recording is kept, in whole segments: a little more than asked for at both ends.
          </p>
          <Stretches list={receipt.covered} label="Kept" />
        </>
      ) : (
        <p>Nothing recorded so far is covered.</p>
      )}
      {receipt.future && <p>It also keeps what is still to be recorded.</p>}
    </>
  );
}

function Stretches({ list, label }: { list: Stretch[]; label: string }): JSX.Element {
  const { zone } = useWorkspace();
  return (
    <ul class="stretches" aria-label={label}>
      {list.slice(0, SHOWN).map((each) => {
        const [start, end] = [fromRfc3339(each.start), fromRfc3339(each.end)];
        const sameDay = dayOf(start, zone) === dayOf(end, zone);
        return (
          <li key={`${each.camera}${each.start}`}>
            <span>{each.camera}</span>
            <span class="num">
              {dateTime(start, zone)} – {sameDay ? clockTime(end, zone) : dateTime(end, zone)} {zoneName(end, zone)}
            </span>
          </li>
        );
      })}
      {list.length > SHOWN && <li>and {list.length - SHOWN} more</li>}
    </ul>
  );
}
