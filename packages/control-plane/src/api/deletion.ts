/**
 * What a deletion means for an object: it goes at once, or it is marked and goes when its grace period and its
 * finalizers are through. Pure; the rules are those of Kubernetes' generic registry.
 */
import type { KubeObject, ObjectMeta } from "@kubus/shared/api/meta.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { Kind } from "../kinds/kind.ts";
import type { DeleteOptions } from "./objects.ts";
import { without } from "./without.ts";

/** Finalizers that the garbage collector removes. */
export const collectorFinalizer = { foreground: "foregroundDeletion", orphan: "orphan" } as const;

export type Deletion =
  /** Nothing holds it: it goes now. */
  | { readonly type: "remove" }
  /** It stays for a while, marked. */
  | { readonly type: "mark"; readonly object: KubeObject }
  /** It is already on its way, and this changes nothing. */
  | { readonly type: "pending" };

interface Asked {
  readonly kind: Kind;
  readonly object: KubeObject;
  readonly options: DeleteOptions;
  readonly now: number;
}

export function planDeletion(asked: Asked): Deletion {
  const { kind, object, options } = asked;
  const { deletionTimestamp, deletionGracePeriodSeconds: given = 0 } = object.metadata;
  const isMarked = deletionTimestamp !== undefined;
  const grace = isMarked ? shortened(given, options.gracePeriodSeconds) : graceOf(kind, object, options);
  // A pending grace period may be shortened; nothing else can be asked for meanwhile.
  if (isMarked && given > 0 && grace === given) return { type: "pending" };
  const finalizers = finalizersAfter(object.metadata, options.propagationPolicy);
  const isHeld = finalizers.length > 0 || roomFinalizers(object).length > 0;
  if (grace === 0 && !isHeld) return { type: "remove" };
  const isUnchanged =
    isMarked && grace === given && finalizers.length === (object.metadata.finalizers ?? []).length;
  return isUnchanged ? { type: "pending" } : { type: "mark", object: marked(asked, grace, finalizers) };
}

/** A changed object that was only waiting for this: deletion was asked for and nothing holds it any more. */
export const isReleased = (object: KubeObject): boolean =>
  object.metadata.deletionTimestamp !== undefined &&
  (object.metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
  (object.metadata.finalizers ?? []).length === 0 &&
  roomFinalizers(object).length === 0;

const graceOf = (kind: Kind, object: KubeObject, { gracePeriodSeconds: asked }: DeleteOptions): number =>
  // As in Kubernetes, a negative period means the shortest one.
  kind.gracePeriodSeconds?.(object, asked !== undefined && asked < 0 ? 1 : asked) ?? 0;

const shortened = (given: number, asked: number | undefined): number =>
  asked === undefined ? given : Math.min(given, asked < 0 ? 1 : asked);

function marked({ object, now }: Asked, grace: number, finalizers: readonly string[]): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds: given = 0, generation, ...rest } = object.metadata;
  const askedAt = deletionTimestamp === undefined ? now : Date.parse(deletionTimestamp) - given * 1_000;
  const isFirst = deletionTimestamp === undefined;
  const metadata: ObjectMeta = {
    ...rest,
    ...(generation === undefined ? {} : { generation: isFirst ? generation + 1 : generation }),
    deletionTimestamp: timestamp(askedAt + grace * 1_000),
    deletionGracePeriodSeconds: grace,
    finalizers,
  };
  const next = { ...object, metadata: finalizers.length > 0 ? metadata : without(metadata, "finalizers") };
  return object.kind === "Namespace" ? terminating(next) : next;
}

/** A policy that is asked for puts its finalizer there and takes the other one away; none asked for changes nothing. */
function finalizersAfter(
  { finalizers = [] }: Pick<ObjectMeta, "finalizers">,
  policy: DeleteOptions["propagationPolicy"],
): readonly string[] {
  if (policy === undefined) return finalizers;
  const { foreground, orphan } = collectorFinalizer;
  const others = finalizers.filter((name) => name !== foreground && name !== orphan);
  if (policy === "Background") return others;
  return [...others, policy === "Orphan" ? orphan : foreground];
}

/** A namespace is held by the finalizers in its spec, which go through /finalize. */
function roomFinalizers(object: KubeObject): readonly string[] {
  if (object.kind !== "Namespace") return [];
  return (object as { readonly spec?: { readonly finalizers?: readonly string[] } }).spec?.finalizers ?? [];
}

const terminating = (object: KubeObject): KubeObject => {
  const { status } = object as { readonly status?: object };
  return { ...object, status: { ...status, phase: "Terminating" } } as KubeObject;
};
