/** ControllerRevision: a state that a StatefulSet or DaemonSet once had. Never changed, only numbered anew. */
import { controllerOf } from "@kubus/shared/api/meta.ts";
import type { ControllerRevision } from "@kubus/shared/api/workload.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn, none } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { validateImmutable, validateNotNegative, when } from "../../rules.ts";

export const controllerRevisionKind = defineKind<ControllerRevision>({
  group: "apps",
  version: "v1",
  kind: "ControllerRevision",
  plural: "controllerrevisions",
  owner: "stateful set controller, daemon set controller",
  columns: [
    nameColumn,
    { name: "Controller", type: "string", of: controllerText },
    { name: "Revision", type: "string", of: ({ revision }) => revision },
    ageColumn,
  ],
  // Go writes the number also when nobody gave one.
  setDefaults: (revision) => ({
    ...revision,
    revision: (revision as Partial<ControllerRevision>).revision ?? 0,
  }),
  validate: ({ data, revision }) => [
    ...when(data === undefined, cause.required("data", "data is mandatory")),
    ...validateNotNegative(revision, "revision"),
  ],
  validateUpdate: (next, previous) => validateImmutable(next.data, previous.data, "data"),
});

/** `statefulset.apps/web` */
function controllerText(revision: ControllerRevision): string {
  const controller = controllerOf(revision);
  if (controller === undefined) return none;
  const [group = ""] = controller.apiVersion.includes("/") ? controller.apiVersion.split("/") : [];
  const kind = group === "" ? controller.kind : `${controller.kind}.${group}`;
  return `${kind.toLowerCase()}/${controller.name}`;
}
