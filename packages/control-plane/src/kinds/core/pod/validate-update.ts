/**
 * What may change about a pod that exists: images, more tolerations, an earlier deadline, gates that go. Pure.
 *
 * Everything else would need other processes than those that run.
 */
import type { Affinity, NodeSelectorTerm } from "@kubus/shared/api/affinity.ts";
import type { Container, Pod, PodSpec, Toleration } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { without } from "../../../api/without.ts";
import { cause } from "../../causes.ts";
import { when } from "../../rules.ts";
import { meansSame } from "../semantic.ts";
import { validatePodAnnotationsUpdate } from "./validate-annotations.ts";

const changeable =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

export function validatePodUpdate(next: Pod, previous: Pod): readonly Cause[] {
  const annotations = validatePodAnnotationsUpdate(
    next.metadata.annotations,
    previous.metadata.annotations,
    "metadata.annotations",
  );
  const counts = validateCounts(next.spec, previous.spec);
  if (counts.length > 0) return [...annotations, ...counts];
  return [
    ...annotations,
    ...validateDeadline(next.spec.activeDeadlineSeconds, previous.spec.activeDeadlineSeconds),
    ...validateTolerationsKept(next.spec.tolerations ?? [], previous.spec.tolerations ?? []),
    ...validateGates(next.spec, previous.spec),
    ...validatePlace(next.spec, previous.spec),
    ...when(
      !meansSame(restored(next.spec, previous.spec), previous.spec),
      cause.forbidden("spec", changeable),
    ),
  ];
}

/** The first list that differs. */
function validateCounts(next: PodSpec, previous: PodSpec): readonly Cause[] {
  const list = (["containers", "initContainers"] as const).find(
    (name) => (next[name] ?? []).length !== (previous[name] ?? []).length,
  );
  return list === undefined
    ? []
    : [cause.forbidden(`spec.${list}`, "pod updates may not add or remove containers")];
}

function validateDeadline(next: number | undefined, previous: number | undefined): readonly Cause[] {
  const field = "spec.activeDeadlineSeconds";
  if (previous === undefined || next === previous) return [];
  if (next === undefined)
    return [cause.invalid(field, null, "must not update from a positive integer to nil value")];
  return when(next > previous, cause.invalid(field, next, "must be less than or equal to previous value"));
}

function validateTolerationsKept(
  next: readonly Toleration[],
  previous: readonly Toleration[],
): readonly Cause[] {
  const isKept = previous.every((old) =>
    next.some((toleration) =>
      meansSame(without(toleration, "tolerationSeconds"), without(old, "tolerationSeconds")),
    ),
  );
  const why = "existing toleration can not be modified except its tolerationSeconds";
  return when(!isKept, cause.forbidden("spec.tolerations", why));
}

function validateGates(next: PodSpec, previous: PodSpec): readonly Cause[] {
  const before = (previous.schedulingGates ?? []).map(({ name }) => name);
  return (next.schedulingGates ?? []).flatMap(({ name }, i) =>
    before.includes(name)
      ? []
      : [
          cause.forbidden(
            `spec.schedulingGates[${i}].name`,
            `only deletion is allowed, but found new scheduling gate '${name}'`,
          ),
        ],
  );
}

const isGated = ({ schedulingGates = [] }: PodSpec): boolean => schedulingGates.length > 0;
const required = "requiredDuringSchedulingIgnoredDuringExecution";

/** A pod that waits at a gate runs nowhere yet: where it may go can become narrower, but not other. */
function validatePlace(next: PodSpec, previous: PodSpec): readonly Cause[] {
  if (!isGated(previous)) return [];
  const selector = next.nodeSelector ?? {};
  const isWider = Object.entries(previous.nodeSelector ?? {}).some(([key, value]) => selector[key] !== value);
  return [
    ...when(
      isWider,
      cause.invalid(
        "spec.nodeSelector",
        selector,
        "only additions to spec.nodeSelector are allowed (no mutations or deletions)",
      ),
    ),
    ...validateAffinityNarrowed(next.affinity, previous.affinity),
  ];
}

function validateAffinityNarrowed(
  next: Affinity | undefined,
  previous: Affinity | undefined,
): readonly Cause[] {
  const field = `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`;
  const before = previous?.nodeAffinity?.[required]?.nodeSelectorTerms ?? [];
  const after = next?.nodeAffinity?.[required]?.nodeSelectorTerms ?? [];
  if (before.length > 0 && before.length !== after.length) {
    const why = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
    return [cause.invalid(field, after, why)];
  }
  return before.flatMap((old, i) => {
    const term = after[i] ?? {};
    const why = "only additions are allowed (no mutations or deletions)";
    return when(!isNarrower(term, old), cause.invalid(`${field}[${i}]`, term, why));
  });
}

function isNarrower(next: NodeSelectorTerm, previous: NodeSelectorTerm): boolean {
  const lists = ["matchExpressions", "matchFields"] as const;
  const isEmpty = (term: NodeSelectorTerm) => lists.every((list) => (term[list] ?? []).length === 0);
  // An empty term chooses nothing: whatever is added makes it wider.
  if (isEmpty(previous) && !isEmpty(next)) return false;
  return lists.every((list) => {
    const old = previous[list] ?? [];
    return meansSame((next[list] ?? []).slice(0, old.length), old);
  });
}

/** `next` with everything that may change put back as it was. What then still differs may not. */
function restored(next: PodSpec, previous: PodSpec): object {
  const graceWasNegative =
    (previous.terminationGracePeriodSeconds ?? 0) < 0 && next.terminationGracePeriodSeconds === 1;
  return {
    ...next,
    containers: withImagesOf(next.containers, previous.containers),
    initContainers: withImagesOf(next.initContainers ?? [], previous.initContainers ?? []),
    activeDeadlineSeconds: previous.activeDeadlineSeconds,
    tolerations: previous.tolerations,
    schedulingGates: previous.schedulingGates,
    ...(isGated(previous)
      ? {
          nodeSelector: previous.nodeSelector,
          affinity: { ...next.affinity, nodeAffinity: previous.affinity?.nodeAffinity },
        }
      : {}),
    ...(graceWasNegative ? { terminationGracePeriodSeconds: previous.terminationGracePeriodSeconds } : {}),
  };
}

const withImagesOf = (next: readonly Container[], previous: readonly Container[]): readonly Container[] =>
  next.map((container, i) => ({ ...container, image: previous[i]?.image ?? container.image }));
