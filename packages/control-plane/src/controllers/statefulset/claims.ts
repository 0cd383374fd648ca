/**
 * The claims of a stateful set's pods: each pod has its own, and finds them again when it is made anew. Pure.
 *
 * Who owns a claim says when it goes: nobody (it stays), the set (it goes with the set), or a pod beyond the range
 * (it goes with that pod). The garbage collector does the rest.
 */
import type { KubeObject, OwnerReference } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import type { StatefulSet } from "@kubus/shared/api/workload.ts";
import type { Draft } from "../../api/objects.ts";
import { isSame } from "../../api/same.ts";
import { persistentVolumeClaimKind } from "../../kinds/index.ts";
import type { Effect } from "../engine/plan.ts";
import { ownerReference, referenceTo, targetOf } from "../workload/ownership.ts";

export type ClaimNamed = (name: string) => PersistentVolumeClaim | undefined;

export const claimName = (template: string, { metadata }: StatefulSet, ordinal: number): string =>
  `${template}-${metadata.name}-${ordinal}`;

const templatesOf = ({ spec }: StatefulSet) =>
  (spec.volumeClaimTemplates ?? []).map((template) => ({ template, name: template.metadata?.name ?? "" }));

export const claimNames = (set: StatefulSet, ordinal: number): readonly string[] =>
  templatesOf(set).map(({ name }) => claimName(name, set, ordinal));

/** The pod's volumes: its claims, and those of the template that have other names. */
export function claimVolumes(
  set: StatefulSet,
  ordinal: number,
  volumes: readonly unknown[] = [],
): { readonly volumes?: readonly unknown[] } {
  const own = templatesOf(set).map(({ name }) => ({
    name,
    persistentVolumeClaim: { claimName: claimName(name, set, ordinal) },
  }));
  const names = new Set(own.map(({ name }) => name));
  const others = (volumes as readonly { readonly name: string }[]).filter(({ name }) => !names.has(name));
  const all = [...own, ...others];
  return all.length === 0 ? {} : { volumes: all };
}

/** The claims of this ordinal that do not exist, as they are to be made. */
export function missingClaims(
  set: StatefulSet,
  ordinal: number,
  claimNamed: ClaimNamed,
): readonly Draft<PersistentVolumeClaim>[] {
  const { namespace = "" } = set.metadata;
  const owners = ownersWanted(set, true, undefined);
  return templatesOf(set).flatMap(({ template, name }) => {
    const full = claimName(name, set, ordinal);
    if (claimNamed(full) !== undefined) return [];
    return {
      metadata: {
        ...template.metadata,
        name: full,
        namespace,
        labels: { ...template.metadata?.labels, ...set.spec.selector.matchLabels },
        ...(owners.length === 0 ? {} : { ownerReferences: owners }),
      },
      spec: template.spec ?? {},
    };
  });
}

/** A claim of a pod yet to be made that is about to go: it belongs to the former pod, or is being deleted. */
export function endingClaim(set: StatefulSet, ordinal: number, claimNamed: ClaimNamed): string | undefined {
  const podName = `${set.metadata.name}-${ordinal}`;
  const isFormers = ({ kind, name }: OwnerReference) => kind === "Pod" && name === podName;
  return claimNames(set, ordinal).find((name) => {
    const { deletionTimestamp, ownerReferences = [] } = claimNamed(name)?.metadata ?? {};
    return deletionTimestamp !== undefined || ownerReferences.some(isFormers);
  });
}

/** Who should own the claims of an ordinal, by the set's retention policy. */
function ownersWanted(set: StatefulSet, inRange: boolean, pod: Pod | undefined): readonly OwnerReference[] {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const isScaledDown = whenScaled === "Delete" && !inRange;
  if (isScaledDown) return pod === undefined ? [] : [ownerReference(pod)];
  return whenDeleted === "Delete" ? [ownerReference(set)] : [];
}

export interface Holder {
  readonly ordinal: number;
  readonly pod: Pod;
  readonly inRange: boolean;
}

/** Gives the claims of a pod the owners that the retention policy asks for. */
export function retain(set: StatefulSet, holder: Holder, claimNamed: ClaimNamed): readonly Effect[] {
  return claimNames(set, holder.ordinal).flatMap((name): readonly Effect[] => {
    const claim = claimNamed(name);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return [];
    return retainOne(set, holder, claim);
  });
}

function retainOne(set: StatefulSet, holder: Holder, claim: PersistentVolumeClaim): readonly Effect[] {
  const present = claim.metadata.ownerReferences ?? [];
  const { ordinal, pod, inRange } = holder;
  const isOurs = ({ kind, name }: OwnerReference) =>
    (kind === set.kind && name === set.metadata.name) ||
    (kind === "Pod" && name === `${set.metadata.name}-${ordinal}`);
  const isPast = ({ uid }: OwnerReference) => uid !== set.metadata.uid && uid !== pod.metadata.uid;
  const others = present.filter((one) => !isOurs(one));
  const wanted = [...others, ...ownersWanted(set, inRange, pod)];
  if (isSame(wanted, present)) return [];
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const isKept = whenDeleted !== "Delete" && whenScaled !== "Delete";
  // What belongs to a former set or pod of this name is the garbage collector's.
  if (!isKept && present.some((one) => isOurs(one) && isPast(one))) return [];
  if (!isKept && others.some(({ controller }) => controller === true)) return [conflict(set, claim)];
  const { resourceVersion } = claim.metadata;
  const patch = { metadata: { resourceVersion, ownerReferences: wanted.length === 0 ? null : wanted } };
  return [{ type: "patch", kind: persistentVolumeClaimKind, target: targetOf(claim), patch }];
}

const conflict = (set: KubeObject, { metadata }: PersistentVolumeClaim): Effect => ({
  type: "recordEvent",
  about: referenceTo(set),
  eventType: "Warning",
  reason: "ConflictingController",
  message: `PersistentVolumeClaim ${metadata.name} has a conflicting OwnerReference that acts as a managing controller, the retention policy is ignored for this claim`,
});
