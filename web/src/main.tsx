// Starts the workspace in the page that the server sends for `/`: loads the session, asks for the
// purpose of viewing where a page shows footage, and picks the page by route. Next: pages/.

import { type JSX, render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { getJson, holdCsrf } from "./api";
import type { Session, View } from "./contract";
import { AuditPage } from "./pages/audit_page";
import { CameraPage } from "./pages/camera_page";
import { CompliancePage } from "./pages/compliance_page";
import { ExportsPage } from "./pages/exports_page";
import { GridPage } from "./pages/grid_page";
import { HoldPage } from "./pages/hold_page";
import { HoldsPage } from "./pages/holds_page";
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
import { footageBarred } from "./words";

function App(): JSX.Element {
  const session = useResource("session", (signal) => getJson<Session>("/api/v1/session", signal));
  if (session.value) return <SignedIn session={session.value} />;
  return <main class="page alone">{session.problem ? <Failed problem={session.problem} onRetry={session.reload} /> : <Loading what="the workspace" />}</main>;
}

function SignedIn({ session }: { session: Session }): JSX.Element {
  holdCsrf(session.csrf);
  const route = useRoute();
  const [view, setView] = useState<View | null>(session.view);
  const [asking, setAsking] = useState(false);
  const barred = footageBarred(session.user.role);
  const showsFootage = route.page === "grid" || route.page === "camera";

  useEffect(() => {
    if (showsFootage && !view && !barred) setAsking(true);
  }, [showsFootage, view, barred]);
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
      recheckView: () =>
        void getJson<Session>("/api/v1/session").then(
          (now) => now.view?.id !== view?.id && setView(now.view),
          () => undefined, // the banner already says that the box is away
        ),
    }),
    [session, view],
  );

  const page = () => {
    if (showsFootage && barred) return <Empty title="No footage here">{<p>{barred}</p>}</Empty>;
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
      case "retention":
        return <RetentionPage />;
      case "exports":
        return <ExportsPage />;
      case "status":
        return <StatusPage />;
      case "compliance":
        return <CompliancePage />;
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
