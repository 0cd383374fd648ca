/** The rules of stateful sets (apps validation). Pure. */
import { isDeepStrictEqual } from "node:util";
import type { PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type {
  ClaimRetentionPolicy,
  ClaimTemplate,
  StatefulSet,
  StatefulSetStatus,
  StatefulSetUpdateStrategy,
} from "@kubus/shared/api/workload.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { validateClaimSpec } from "../../core/persistentvolumeclaim/validate.ts";
import type { Received } from "../../received.ts";
import { checkedIfSaid, checkedName, each, validateNotNegative, when } from "../../rules.ts";
import { validateAlwaysRestarted, validatePodTemplate, validateSelector } from "../../template/validate.ts";
import { validateCollisions, validateCounts, validateParts } from "../counts.ts";
import { isNoShare, validateNotMoreThanAll, validateShare } from "../shares.ts";

type Spec = Received<StatefulSet["spec"]>;

const policies = ["OrderedReady", "Parallel"];

export const validateStatefulSet = ({ spec = {} }: Received<StatefulSet>): readonly Cause[] => [
  ...validatePolicy(spec.podManagementPolicy ?? ""),
  ...validateStrategy(spec.updateStrategy ?? {}, "spec.updateStrategy"),
  ...validateRetention(
    spec.persistentVolumeClaimRetentionPolicy,
    "spec.persistentVolumeClaimRetentionPolicy",
  ),
  ...validateNotNegative(spec.replicas, "spec.replicas"),
  ...validateNotNegative(spec.minReadySeconds, "spec.minReadySeconds"),
  ...validateNotNegative(spec.ordinals?.start, "spec.ordinals.start"),
  ...validateNotNegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit"),
  ...checkedIfSaid(dnsLabel, spec.serviceName, "spec.serviceName"),
  ...validateSelector(spec.selector, spec.template, { owner: "statefulset", unreadable: "" }),
  ...validatePodTemplate(withClaims(spec), "spec.template"),
  ...validateAlwaysRestarted(spec.template, "spec.template", "StatefulSet"),
  ...each(spec.volumeClaimTemplates, "spec.volumeClaimTemplates", validateClaim),
];

/** The template with the volumes that each pod's own claims will be. */
function withClaims({ template = {}, volumeClaimTemplates = [] }: Spec): Received<PodTemplateSpec> {
  const names = volumeClaimTemplates.map(({ metadata }) => metadata?.name ?? "").filter(Boolean);
  const volumes = ((template.spec?.volumes ?? []) as readonly { readonly name?: string }[]).filter(
    ({ name = "" }) => !names.includes(name),
  );
  const claimed = names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return {
    ...template,
    spec: { ...template.spec, volumes: [...volumes, ...claimed] },
  };
}

function validatePolicy(policy: string): readonly Cause[] {
  const field = "spec.podManagementPolicy";
  if (policy === "") return [cause.required(field)];
  return when(
    !policies.includes(policy),
    cause.invalid(field, policy, "must be 'OrderedReady' or 'Parallel'"),
  );
}

function validateStrategy(strategy: Received<StatefulSetUpdateStrategy>, field: string): readonly Cause[] {
  const { type = "", rollingUpdate } = strategy;
  const rollingField = `${field}.rollingUpdate`;
  switch (type) {
    case "":
      return [cause.required(field)];
    case "OnDelete":
      return when(
        rollingUpdate !== undefined,
        cause.invalid(rollingField, rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'"),
      );
    case "RollingUpdate":
      return validateRolling(rollingUpdate, rollingField);
    default:
      return [cause.invalid(field, strategy, "must be 'RollingUpdate' or 'OnDelete'")];
  }
}

function validateRolling(
  { partition, maxUnavailable }: NonNullable<Received<StatefulSetUpdateStrategy>["rollingUpdate"]> = {},
  field: string,
): readonly Cause[] {
  const negative = validateNotNegative(partition, `${field}.partition`);
  if (maxUnavailable === undefined) return negative;
  const at = `${field}.maxUnavailable`;
  return [
    ...negative,
    ...validateShare(maxUnavailable, at),
    ...when(isNoShare(maxUnavailable), cause.invalid(at, maxUnavailable, "cannot be 0")),
    ...validateNotMoreThanAll(maxUnavailable, at),
  ];
}

function validateRetention(
  policy: Received<ClaimRetentionPolicy> | undefined,
  field: string,
): readonly Cause[] {
  if (policy === undefined) return [];
  return (["whenDeleted", "whenScaled"] as const).flatMap((part) => {
    const word = policy[part] ?? "";
    return when(
      !["Retain", "Delete"].includes(word),
      cause.notSupportedInOrder(`${field}.${part}`, word, ["Retain", "Delete"]),
    );
  });
}

/** Its name is also that of a volume. */
const validateClaim = ({ metadata, spec = {} }: Received<ClaimTemplate>, at: string): readonly Cause[] => [
  ...checkedName(dnsLabel, metadata?.name, `${at}.metadata.name`),
  ...validateClaimSpec(spec, `${at}.spec`),
];

/** What a change of a stateful set may touch: the rest is what its pods and claims were made of. */
const changeable: readonly (keyof StatefulSet["spec"])[] = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

export function validateStatefulSetUpdate(next: StatefulSet, previous: StatefulSet): readonly Cause[] {
  const fixed = ({ spec }: StatefulSet) =>
    Object.fromEntries(
      Object.entries(spec).filter(([field]) => !(changeable as readonly string[]).includes(field)),
    );
  return when(
    !isDeepStrictEqual(fixed(next), fixed(previous)),
    cause.forbidden(
      "spec",
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  );
}

export const validateStatefulSetStatus = (
  { status: next }: StatefulSet,
  { status: previous }: StatefulSet,
): readonly Cause[] => [
  ...validateCounts<StatefulSetStatus>(next, [
    "replicas",
    "readyReplicas",
    "currentReplicas",
    "updatedReplicas",
    "availableReplicas",
    "observedGeneration",
    "collisionCount",
  ]),
  ...validateParts<StatefulSetStatus>(next, [
    { field: "readyReplicas", of: "replicas" },
    { field: "currentReplicas", of: "replicas" },
    { field: "updatedReplicas", of: "replicas" },
    { field: "availableReplicas", of: "replicas" },
    { field: "availableReplicas", of: "readyReplicas" },
  ]),
  ...validateCollisions(next, previous),
];
