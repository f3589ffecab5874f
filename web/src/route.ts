// Where the reader is, kept after the # of the address: the server sees one page only, and neither a
// camera nor an instant ever lands in an access log. Next: main.tsx picks the page.

import { useEffect, useState } from "preact/hooks";

export type Route =
  | { page: "grid" }
  | { page: "camera"; id: string; at: string | null }
  | { page: "holds" }
  | { page: "hold"; id: string }
  | { page: "requests" }
  | { page: "request"; id: string }
  | { page: "redaction"; id: string; reference: string }
  | { page: "register" }
  | { page: "retention" }
  | { page: "exports" }
  | { page: "status" }
  | { page: "compliance" }
  | { page: "policy" }
  | { page: "camera_register" }
  | { page: "audit" }
  | { page: "unknown" };

export function parseRoute(hash: string): Route {
  const [place = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [head = "", id, under, inner] = place.split("/");
  if (head === "") return { page: "grid" };
  if (head === "cameras" && id) return { page: "camera", id: decodeURIComponent(id), at: new URLSearchParams(query).get("at") };
  if (head === "holds" && id) return { page: "hold", id: decodeURIComponent(id) };
  if (head === "requests" && id && under === "redactions" && inner) return { page: "redaction", id: decodeURIComponent(inner), reference: decodeURIComponent(id) };
  if (head === "requests" && id) return { page: "request", id: decodeURIComponent(id) };
  if (head === "requests" || head === "holds" || head === "retention" || head === "exports" || head === "status" || head === "compliance" || head === "policy" || head === "register" || head === "audit") return { page: head };
  if (head === "camera-register") return { page: "camera_register" };
  return { page: "unknown" };
}

export const address = {
  grid: "#/",
  holds: "#/holds",
  hold: (id: string) => `#/holds/${encodeURIComponent(id)}`,
  requests: "#/requests",
  request: (reference: string) => `#/requests/${encodeURIComponent(reference)}`,
  redaction: (reference: string, id: string) => `#/requests/${encodeURIComponent(reference)}/redactions/${encodeURIComponent(id)}`,
  register: "#/register",
  retention: "#/retention",
  exports: "#/exports",
  status: "#/status",
  compliance: "#/compliance",
  policy: "#/policy",
  camera_register: "#/camera-register",
  audit: "#/audit",
  camera: (id: string, at?: string) => `#/cameras/${encodeURIComponent(id)}${at ? `?at=${encodeURIComponent(at)}` : ""}`,
};

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = () => setRoute(parseRoute(location.hash));
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return route;
}
