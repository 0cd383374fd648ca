/** What is used stays: a finalizer holds it, and goes only when it is to be deleted and nobody uses it. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { claimsOf } from "../../api/authorization/pod-references.ts";
import { nothing, type AnyKind, type Plan } from "../engine/plan.ts";

export interface ProtectionView {
  readonly object: KubeObject | undefined;
  /** Asked only about what is to be deleted. */
  readonly isUsed: () => boolean;
}

export const protectionBy =
  (kind: AnyKind, finalizer: string) =>
  ({ object, isUsed }: ProtectionView): Plan => {
    if (object === undefined) return nothing;
    const { name, namespace, resourceVersion, finalizers = [] } = object.metadata;
    const isHeld = finalizers.includes(finalizer);
    const ends = isEnding(object);
    if (isHeld === !ends || (ends && isUsed())) return nothing;
    const next = ends ? finalizers.filter((other) => other !== finalizer) : [...finalizers, finalizer];
    const target = { name, resourceVersion, ...(namespace === undefined ? {} : { namespace }) };
    return { effects: [{ type: "setFinalizers", kind, target, finalizers: next }] };
  };

export const isEnding = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

/** A pod that has no board yet uses nothing: no board starts one whose claim is being deleted. */
export const usesClaim = (pod: Pod, claim: string): boolean =>
  (pod.spec.nodeName ?? "") !== "" && claimsOf(pod).includes(claim);
