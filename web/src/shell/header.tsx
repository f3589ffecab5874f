// The bar on top: where one can go, what the viewing is for, who is signed in; below it the banner
// that says the box can't be reached. Next: main.tsx.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { onReach } from "../api";
import { address, type Route } from "../route";
import { footageBarred, purposeWords, readsAudit, roleWords } from "../words";
import { useWorkspace } from "./workspace";

export function Header({ route }: { route: Route }): JSX.Element {
  const { session, view, askPurpose } = useWorkspace();
  const { role, name } = session.user;
  const barred = footageBarred(role) !== null && session.emergency === null;
  const links: { href: string; text: string; here: boolean }[] = [];
  if (!barred) links.push({ href: address.grid, text: "Cameras", here: route.page === "grid" || route.page === "camera" });
  if (!barred) links.push({ href: address.exports, text: "Exports", here: route.page === "exports" });
  if (role !== "auditor") links.push({ href: address.requests, text: "Requests", here: route.page === "requests" || route.page === "request" || route.page === "register" || route.page === "redaction" });
  if (role !== "auditor") links.push({ href: address.holds, text: "Holds", here: route.page === "holds" || route.page === "hold" });
  if (role !== "auditor") links.push({ href: address.retention, text: "Retention", here: route.page === "retention" });
  if (role !== "auditor") links.push({ href: address.status, text: "Status", here: route.page === "status" });
  if (role !== "auditor") links.push({ href: address.compliance, text: "Compliance", here: route.page === "compliance" });
  if (session.policy.state !== "not_asked") links.push({ href: address.policy, text: "Policy", here: route.page === "policy" });
  if (readsAudit(role)) links.push({ href: address.audit, text: "Audit", here: route.page === "audit" });
  if (role === "administrator") links.push({ href: "/users", text: "Users", here: false });

  return (
    <header class="bar">
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), document.getElementById("main")?.focus())}>
        Skip to content
      </a>
      <p class="brand">
        <span class="mark" aria-hidden="true" />
        <span class="site">{session.site.name}</span>
      </p>
      <nav aria-label="Workspace">
        {links.map((link) => (
          <a key={link.href} href={link.href} {...(link.here ? { "aria-current": "page" as const } : {})}>
            {link.text}
          </a>
        ))}
      </nav>
      {!barred && view && (
        <p class="why">
          <span class="why-kind">{purposeWords[view.purpose.kind] ?? view.purpose.kind}</span>
          <span class="why-reason" title={view.purpose.reason}>
            {view.purpose.reason}
          </span>
          <button type="button" class="quiet" onClick={askPurpose} aria-label="Change the purpose of viewing">
            change
          </button>
        </p>
      )}
      <form class="who" method="post" action="/logout">
        <input type="hidden" name="csrf" value={session.csrf} />
        <a href="/account" title="Your account">
          <strong>{name}</strong> <small>{roleWords[role] ?? role}</small>
        </a>
        <button type="submit" class="quiet">
          Sign out
        </button>
      </form>
    </header>
  );
}

export function OfflineBanner(): JSX.Element | null {
  const [away, setAway] = useState(false);
  useEffect(() => onReach((reach) => setAway(reach === "unreachable")), []);
  if (!away) return null;
  return (
    <p class="banner" role="alert">
      The box can't be reached. What you see may be old; this page goes on by itself once the box answers.
    </p>
  );
}
