// Starts the workspace in the page that the server sends for `/`: loads the session, asks for the
// purpose of viewing where a page shows footage, and picks the page by route. Next: pages/.

import { type JSX, render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { boxNow, getJson, holdCsrf } from "./api";
import type { Session, View } from "./contract";
import { AuditPage } from "./pages/audit_page";
import { CameraPage } from "./pages/camera_page";
import { CompliancePage } from "./pages/compliance_page";
import { EmergencyButton } from "./pages/emergencies";
import { ExportsPage } from "./pages/exports_page";
import { GridPage } from "./pages/grid_page";
import { HoldPage } from "./pages/hold_page";
import { HoldsPage } from "./pages/holds_page";
import { PolicyPage } from "./pages/policy_page";
import { RedactionPage } from "./pages/redaction_page";
import { CameraRegisterPage } from "./pages/camera_register_page";
import { RegisterPage } from "./pages/register_page";
import { RequestPage } from "./pages/request_page";
import { RequestsPage } from "./pages/requests_page";
import { RetentionPage } from "./pages/retention_page";
import { StatusPage } from "./pages/status_page";
import { useResource } from "./resource";
import { address, useRoute } from "./route";
import { Header, OfflineBanner } from "./shell/header";
import { Empty, Failed, Loading } from "./shell/notices";
import { PurposeDialog, PurposeNeeded } from "./shell/purpose_dialog";
import { type Workspace, WorkspaceContext } from "./shell/workspace";
import { dateTime, fromRfc3339 } from "./site_time";
import { footageBarred } from "./words";

function App(): JSX.Element {
  const session = useResource("session", (signal) => getJson<Session>("/api/v1/session", signal));
  if (session.value) return <SignedIn session={session.value} onChanged={session.reload} />;
  return <main class="page alone">{session.problem ? <Failed problem={session.problem} onRetry={session.reload} /> : <Loading what="the workspace" />}</main>;
}

function SignedIn({ session, onChanged }: { session: Session; onChanged: () => void }): JSX.Element {
  holdCsrf(session.csrf);
  const route = useRoute();
  const [view, setView] = useState<View | null>(session.view);
  const [asking, setAsking] = useState(false);
  const emergency = session.emergency === null ? null : fromRfc3339(session.emergency);
  const barred = emergency === null ? footageBarred(session.user.role) : null;
  const unread = emergency === null && !session.policy.clear;
  const showsFootage = route.page === "grid" || route.page === "camera";

  useEffect(() => {
    if (showsFootage && !view && !barred && !unread) setAsking(true);
  }, [showsFootage, view, barred, unread]);
  useEffect(() => {
    if (emergency === null) return;
    // It ends by itself: the pages that it opened close.
    const timer = window.setTimeout(onChanged, Math.max(0, emergency - boxNow()) * 1000 + 500);
    return () => window.clearTimeout(timer);
  }, [emergency, onChanged]);
  useEffect(() => {
    if (barred && route.page === "grid") location.replace(session.user.role === "auditor" ? address.audit : address.status);
  }, [barred, route.page]);

  const place = "id" in route ? route.id : route.page;
  const first = useRef(true);
  useEffect(() => {
    // A new page is announced from its start, not from the link that led to it.
    if (!first.current) document.getElementById("main")?.focus({ preventScroll: true });
    first.current = false;
    window.scrollTo(0, 0);
  }, [place]);

  const workspace = useMemo<Workspace>(
    () => ({
      session,
      zone: session.site.time_zone,
      view,
      askPurpose: () => setAsking(true),
      recheckSession: onChanged,
      recheckView: () =>
        void getJson<Session>("/api/v1/session").then(
          (now) => now.view?.id !== view?.id && setView(now.view),
          () => undefined, // the banner already says that the box is away
        ),
    }),
    [session, view, onChanged],
  );

  const page = () => {
    if (showsFootage && barred) return <Empty title="No footage here">{<p>{barred}</p>}</Empty>;
    if (unread && !barred && (showsFootage || route.page === "redaction" || route.page === "exports"))
      return (
        <>
          <PolicyPage onDone={onChanged} />
          {session.user.role === "approver" && <EmergencyButton onOpened={onChanged} />}
        </>
      );
    switch (route.page) {
      case "grid":
        return view ? <GridPage view={view} /> : <PurposeNeeded onAsk={() => setAsking(true)} />;
      case "camera":
        return view ? <CameraPage key={route.id} id={route.id} at={route.at} view={view} /> : <PurposeNeeded onAsk={() => setAsking(true)} />;
      case "holds":
        return <HoldsPage />;
      case "hold":
        return <HoldPage key={route.id} id={route.id} />;
      case "requests":
        return <RequestsPage />;
      case "request":
        return <RequestPage key={route.id} reference={route.id} />;
      case "redaction":
        return <RedactionPage key={route.id} reference={route.reference} id={route.id} />;
      case "register":
        return <RegisterPage />;
      case "retention":
        return <RetentionPage />;
      case "exports":
        return <ExportsPage />;
      case "status":
        return (
          <>
            <StatusPage />
            {session.user.role === "administrator" && emergency === null && (
              <section class="part">
                <h2>Footage</h2>
                <p>Administrators see no footage. In an emergency you can open it for a short time.</p>
                <EmergencyButton onOpened={onChanged} />
              </section>
            )}
          </>
        );
      case "compliance":
        return <CompliancePage />;
      case "policy":
        return <PolicyPage onDone={onChanged} />;
      case "camera_register":
        return <CameraRegisterPage />;
      case "audit":
        return <AuditPage />;
      case "unknown":
        return (
          <Empty title="There is no such page">
            <p>
              <a href={address.grid}>Go to the cameras</a>
            </p>
          </Empty>
        );
    }
  };

  return (
    <WorkspaceContext.Provider value={workspace}>
      <Header route={route} />
      <OfflineBanner />
      {emergency !== null && (
        <p class="banner" role="status">
          Footage is open to you in an emergency until {dateTime(emergency, session.site.time_zone)}. Every look is logged, and the data protection officer is told.
        </p>
      )}
      {session.emergencies_to_look_at > 0 && (
        <p class="banner" role="status">
          Footage was opened in an emergency, and you have not looked at that yet. <a href={address.compliance}>Look at it</a>
        </p>
      )}
      <main id="main" tabIndex={-1} class={`page page-${route.page}`}>
        {page()}
      </main>
      {asking && (
        <PurposeDialog
          current={view?.purpose ?? null}
          onClose={() => setAsking(false)}
          onStated={(stated) => {
            setView(stated);
            setAsking(false);
          }}
        />
      )}
    </WorkspaceContext.Provider>
  );
}

const mount = document.getElementById("app") ?? document.body.appendChild(document.createElement("div"));
mount.replaceChildren();
render(<App />, mount);
