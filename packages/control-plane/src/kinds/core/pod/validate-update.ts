/**
 * What may change about a pod that exists: images, more tolerations, an earlier deadline, gates that go. Pure.
 *
 * Everything else would need other processes than those that run.
 */
import { isDeepStrictEqual } from "node:util";
import type { Container, Pod, PodSpec } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { without } from "../../../api/defaults.ts";
import { cause } from "../../causes.ts";

const changeable =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

export function validatePodUpdate(next: Pod, previous: Pod): readonly Cause[] {
  return [
    ...validateCounts(next.spec, previous.spec),
    ...validateDeadline(next.spec.activeDeadlineSeconds, previous.spec.activeDeadlineSeconds),
    ...validateTolerations(next.spec, previous.spec),
    ...validateGates(next.spec, previous.spec),
    ...(isDeepStrictEqual(masked(next.spec, previous.spec), plain(previous.spec))
      ? []
      : [cause.forbidden("spec", changeable)]),
  ];
}

function validateCounts(next: PodSpec, previous: PodSpec): readonly Cause[] {
  return (["containers", "initContainers"] as const).flatMap((list) =>
    (next[list] ?? []).length === (previous[list] ?? []).length
      ? []
      : [cause.forbidden(`spec.${list}`, "pod updates may not add or remove containers")],
  );
}

function validateDeadline(next: number | undefined, previous: number | undefined): readonly Cause[] {
  const field = "spec.activeDeadlineSeconds";
  if (previous === undefined || next === previous) return [];
  if (next === undefined)
    return [cause.invalid(field, null, "must not update from a positive integer to nil value")];
  return next > previous ? [cause.invalid(field, next, "must be less than or equal to previous value")] : [];
}

function validateTolerations(next: PodSpec, previous: PodSpec): readonly Cause[] {
  const after = next.tolerations ?? [];
  const isKept = (previous.tolerations ?? []).every((old) =>
    after.some((toleration) =>
      isDeepStrictEqual(without(toleration, "tolerationSeconds"), without(old, "tolerationSeconds")),
    ),
  );
  return isKept
    ? []
    : [
        cause.forbidden(
          "spec.tolerations",
          "existing toleration can not be modified except its tolerationSeconds",
        ),
      ];
}

function validateGates(next: PodSpec, previous: PodSpec): readonly Cause[] {
  const before = (previous.schedulingGates ?? []).map(({ name }) => name);
  const added = (next.schedulingGates ?? []).filter(({ name }) => !before.includes(name));
  return added.length === 0
    ? []
    : [cause.forbidden("spec.schedulingGates", "only deletion is allowed, but found new scheduling gates")];
}

/** `next` with everything that may change put back as it was. What then still differs may not. */
function masked(next: PodSpec, previous: PodSpec): object {
  const isGated = (previous.schedulingGates ?? []).length > 0;
  const graceWasNegative =
    (previous.terminationGracePeriodSeconds ?? 0) < 0 && next.terminationGracePeriodSeconds === 1;
  const kept: Record<string, unknown> = {
    ...plain(next),
    containers: withImagesOf(next.containers, previous.containers),
    initContainers: withImagesOf(next.initContainers ?? [], previous.initContainers ?? []),
    activeDeadlineSeconds: previous.activeDeadlineSeconds,
    tolerations: previous.tolerations,
    schedulingGates: previous.schedulingGates,
    // A pod that waits at a gate runs nowhere yet: where it may go can still change.
    ...(isGated ? { nodeSelector: previous.nodeSelector, affinity: previous.affinity } : {}),
    ...(graceWasNegative ? { terminationGracePeriodSeconds: previous.terminationGracePeriodSeconds } : {}),
  };
  return plain(kept as unknown as PodSpec);
}

const withImagesOf = (next: readonly Container[], previous: readonly Container[]): readonly Container[] =>
  next.map((container, i) => ({ ...container, image: previous[i]?.image ?? container.image }));

/** As it stands on the wire: nothing undefined, no empty lists, which mean the same as none. */
const plain = (spec: PodSpec): object =>
  Object.fromEntries(
    Object.entries(spec).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
