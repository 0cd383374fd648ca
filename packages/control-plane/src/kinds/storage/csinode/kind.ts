/** CSINode: which drivers for storage a board has, and what they call it. Its name is the node's. */
import type { CsiNode, CsiNodeDriver } from "@kubus/shared/api/storage.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { checked, each, validateImmutable, validateNotNegative, when } from "../../rules.ts";
import { lengthOf, validateDriverName } from "../provisioning.ts";

const nodeIdBytesMax = 256;

export const csiNodeKind = defineKind<CsiNode>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSINode",
  plural: "csinodes",
  owner: "nobody: it has no status",
  scope: "Cluster",
  columns: [
    nameColumn,
    { name: "Drivers", type: "integer", of: ({ spec }) => (spec.drivers ?? []).length },
    ageColumn,
  ],
  setDefaults: (node: Received<CsiNode>) => ({ ...node, spec: node.spec ?? {} }) as CsiNode,
  validate: ({ spec = {} }: Received<CsiNode>) =>
    each(spec.drivers, "spec.drivers", (driver, at, i) =>
      validateDriver(driver, at, (spec.drivers ?? []).slice(0, i)),
    ),
  validateUpdate: (next, previous) =>
    (previous.spec.drivers ?? []).flatMap((before) => {
      const after = next.spec.drivers?.find(({ name }) => name === before.name);
      return after === undefined ? [] : validateImmutable(after, before, "spec.drivers");
    }),
});

type Driver = Received<CsiNodeDriver>;

function validateDriver(driver: Driver, field: string, earlier: readonly Driver[]): readonly Cause[] {
  const { name = "", nodeID = "", topologyKeys = [], allocatable } = driver;
  return [
    ...validateDriverName(name, `${field}.name`),
    ...when(nodeID === "", cause.required(`${field}.nodeID`)),
    ...when(
      lengthOf(nodeID) > nodeIdBytesMax,
      cause.invalid(`${field}.nodeID`, nodeID, `must be ${nodeIdBytesMax} characters or less`),
    ),
    ...validateNotNegative(allocatable?.count, `${field}.allocatable.count`),
    ...when(
      earlier.some((other) => other.name === name),
      cause.duplicate(`${field}.name`, name),
    ),
    ...topologyKeys.flatMap((key, i) => [
      ...when(key === "", cause.required(field)),
      ...when(topologyKeys.indexOf(key) < i, cause.duplicate(field, key)),
      ...checked(qualifiedName, key, field),
    ]),
  ];
}
