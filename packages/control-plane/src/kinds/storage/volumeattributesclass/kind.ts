/** VolumeAttributesClass: attributes that a volume can be given, and again others, while it is used. */
import { isDeepStrictEqual } from "node:util";
import type { VolumeAttributesClass } from "@kubus/shared/api/storage.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { when } from "../../rules.ts";
import { validateParameters, validateProvisioner } from "../provisioning.ts";

export const volumeAttributesClassKind = defineKind<VolumeAttributesClass>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "VolumeAttributesClass",
  plural: "volumeattributesclasses",
  shortNames: ["vac"],
  owner: "nobody: it has no status",
  scope: "Cluster",
  columns: [
    nameColumn,
    { name: "DriverName", type: "string", of: ({ driverName }) => driverName },
    ageColumn,
  ],
  validate: ({ driverName, parameters = {} }: Received<VolumeAttributesClass>) => [
    ...validateProvisioner(driverName, "driverName"),
    ...validateParameters(parameters, "parameters"),
    ...when(
      Object.keys(parameters).length === 0,
      cause.required("parameters", "must contain at least one key/value pair"),
    ),
  ],
  validateUpdate: (next, previous) =>
    (["driverName", "parameters"] as const)
      .filter((field) => !isDeepStrictEqual(next[field], previous[field]))
      .map((field) => cause.forbidden(field, `updates to ${field} are forbidden.`)),
});
