// What every screen shares: who is signed in, why they look (the view), the site's zone. Read with
// useWorkspace. Next: main.tsx provides it.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Session, View } from "../contract";

export interface Workspace {
  session: Session;
  zone: string;
  view: View | null;
  askPurpose: () => void;
  /** Footage was refused: asks the box whether the stated purpose still stands. */
  recheckView: () => void;
  /** Something that the session tells has changed: asks the box for it again. */
  recheckSession: () => void;
}

export const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error("used outside the workspace");
  return workspace;
}
