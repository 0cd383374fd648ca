/** ComponentStatus: how the parts of the control plane are, as far as one server knows. Never stored. */
import type { ComponentStatus } from "@kubus/shared/api/core.ts";
import { nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";

const healthOf = ({ conditions = [] }: ComponentStatus) => conditions[0];

const words: Readonly<Record<string, string>> = { True: "Healthy", False: "Unhealthy" };

export const componentStatusKind = defineKind<ComponentStatus>({
  version: "v1",
  kind: "ComponentStatus",
  plural: "componentstatuses",
  shortNames: ["cs"],
  scope: "Cluster",
  storage: "none",
  verbs: ["get", "list"],
  deprecation: "v1 ComponentStatus is deprecated in v1.19+",
  owner: "nobody: it is not stored",
  columns: [
    nameColumn,
    {
      name: "Status",
      type: "string",
      of: (component) => words[healthOf(component)?.status ?? ""] ?? "Unknown",
    },
    { name: "Message", type: "string", of: (component) => healthOf(component)?.message ?? "" },
    { name: "Error", type: "string", of: (component) => healthOf(component)?.error ?? "" },
  ],
});
