/** Words to write the default policy with. */
import type { PolicyRule, Subject } from "@kubus/shared/api/rbac.ts";

/** Words in one text: `get list watch`. */
const words = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean);

/** `group` is `core` for the core group. */
export const on = (group: string, resources: string, verbs: string, names?: string): PolicyRule => ({
  apiGroups: words(group).map((word) => (word === "core" ? "" : word)),
  resources: words(resources),
  ...(names === undefined ? {} : { resourceNames: words(names) }),
  verbs: words(verbs),
});

export const at = (paths: string, verbs: string): PolicyRule => ({
  nonResourceURLs: words(paths),
  verbs: words(verbs),
});

export const reads = "get list watch";
export const writes = "create delete deletecollection patch update";
export const both = "create delete deletecollection get list patch update watch";

const apiGroup = "rbac.authorization.k8s.io";
export const user = (name: string): Subject => ({ kind: "User", apiGroup, name });
export const group = (name: string): Subject => ({ kind: "Group", apiGroup, name });
export const account = (name: string): Subject => ({
  kind: "ServiceAccount",
  name,
  namespace: "kube-system",
});

/** Whoever writes events does it in both groups. */
export const events = on("core events.k8s.io", "events", "create patch update");
