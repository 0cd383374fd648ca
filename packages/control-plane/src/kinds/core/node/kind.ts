/** Node: a board. Its agent writes status, labels and annotations; the node controller writes taints. */
import type { Node } from "@kubus/shared/api/node.ts";
import type { Column } from "../../kind.ts";
import { ageColumn, nameColumn, none } from "../../columns.ts";
import { defineKind, withStatus } from "../../define-kind.ts";
import { setNodeDefaults } from "./defaults.ts";
import { validateNode, validateNodeUpdate } from "./validate.ts";

const unknown = "<unknown>";
const rolePrefix = "node-role.kubernetes.io/";

export const nodeKind = defineKind<Node>({
  version: "v1",
  kind: "Node",
  plural: "nodes",
  shortNames: ["no"],
  scope: "Cluster",
  owner: "node agent, node controller",
  subresources: ["status"],
  columns: [
    nameColumn,
    { name: "Status", type: "string", of: statusText },
    { name: "Roles", type: "string", of: rolesText },
    ageColumn,
    infoColumn("Version", "kubeletVersion", 0),
    { name: "Internal-IP", type: "string", priority: 1, of: (node) => address(node, "InternalIP") },
    { name: "External-IP", type: "string", priority: 1, of: (node) => address(node, "ExternalIP") },
    infoColumn("OS-Image", "osImage", 1),
    infoColumn("Kernel-Version", "kernelVersion", 1),
    infoColumn("Container-Runtime", "containerRuntimeVersion", 1),
  ],
  selectableFields: { "spec.unschedulable": ({ spec }) => String(spec.unschedulable ?? false) },
  setDefaults: setNodeDefaults,
  // An agent registers its board together with what it sees of it.
  prepareForCreate: (node) => node,
  // Through /status an agent also renews its board's labels and annotations; never the spec, never the identity.
  prepareForStatusUpdate: (next, previous) => withStatus({ ...previous, metadata: next.metadata }, next),
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
});

function statusText({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const word = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return spec.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function rolesText({ metadata }: Node): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) return [key.slice(rolePrefix.length)];
    return key === "kubernetes.io/role" && value !== "" ? [value] : [];
  });
  return roles.length === 0 ? none : [...new Set(roles)].sort().join(",");
}

function infoColumn(
  name: string,
  field: "kubeletVersion" | "osImage" | "kernelVersion" | "containerRuntimeVersion",
  priority: 0 | 1,
): Column<Node> {
  return { name, type: "string", priority, of: ({ status }) => status?.nodeInfo?.[field] || unknown };
}

const address = ({ status }: Node, wanted: "InternalIP" | "ExternalIP"): string =>
  status?.addresses?.find(({ type }) => type === wanted)?.address ?? none;
