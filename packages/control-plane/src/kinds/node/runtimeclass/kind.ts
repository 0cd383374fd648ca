/** RuntimeClass: a way to run pods that boards offer, by the handler's name there. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Toleration } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel } from "../../../api/names.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { validateToleration } from "../../core/pod/validate-tolerations.ts";
import { validateAmounts, validateContainerResourceName } from "../../core/quantities.ts";
import { defineKind } from "../../define-kind.ts";
import { validateLabels } from "../../metadata/validate.ts";
import type { Received } from "../../received.ts";
import { checked, each, validateImmutable } from "../../rules.ts";

export interface RuntimeClass extends KubeObject {
  readonly handler: string;
  /** What a pod needs besides its containers. */
  readonly overhead?: { readonly podFixed?: Readonly<Record<string, string>> };
  readonly scheduling?: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly Toleration[];
  };
}

export const runtimeClassKind = defineKind<RuntimeClass>({
  group: "node.k8s.io",
  version: "v1",
  kind: "RuntimeClass",
  plural: "runtimeclasses",
  owner: "nobody: it has no status",
  scope: "Cluster",
  columns: [nameColumn, { name: "Handler", type: "string", of: ({ handler }) => handler }, ageColumn],
  validate: ({ handler = "", overhead, scheduling }: Received<RuntimeClass>) => [
    ...checked(dnsLabel, handler, "handler"),
    ...validateAmounts(overhead?.podFixed, "overhead.limits", validateContainerResourceName),
    ...(scheduling === undefined ? [] : validateScheduling(scheduling)),
  ],
  validateUpdate: (next, previous) => validateImmutable(next.handler, previous.handler, "handler"),
});

type Scheduling = NonNullable<Received<RuntimeClass>["scheduling"]>;

const validateScheduling = ({ nodeSelector, tolerations }: Scheduling): readonly Cause[] => [
  ...validateLabels(nodeSelector, "scheduling.nodeSelector"),
  ...each(tolerations, "scheduling.tolerations", validateToleration),
];
