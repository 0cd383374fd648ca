/** The claims that a pod's ephemeral volumes are. Pure. */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import { persistentVolumeClaimKind } from "../../kinds/index.ts";
import { nothing, type Plan } from "../engine/plan.ts";
import { ownerReference } from "../workload/ownership.ts";

interface Wish {
  /** The claim's name. */
  readonly name: string;
  readonly template: {
    readonly metadata?: Pick<PersistentVolumeClaim["metadata"], "labels" | "annotations">;
    readonly spec: PersistentVolumeClaim["spec"];
  };
}

export interface EphemeralView {
  readonly pod: Pod | undefined;
  /** Whether a claim of that name exists, whoever made it: another's is left alone, and the pod waits. */
  readonly isThere: (claim: string) => boolean;
}

interface Volume {
  readonly name: string;
  readonly ephemeral?: { readonly volumeClaimTemplate?: Wish["template"] };
}

export const wishesOf = ({ metadata, spec }: Pod): readonly Wish[] =>
  ((spec.volumes ?? []) as readonly Volume[]).flatMap(({ name, ephemeral }) => {
    const template = ephemeral?.volumeClaimTemplate;
    return template === undefined ? [] : [{ name: `${metadata.name}-${name}`, template }];
  });

export function reconcileEphemeral({ pod, isThere }: EphemeralView): Plan {
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return nothing;
  const { namespace = "" } = pod.metadata;
  return {
    effects: wishesOf(pod)
      .filter(({ name }) => !isThere(name))
      .map(({ name, template: { metadata, spec } }) => ({
        type: "create",
        kind: persistentVolumeClaimKind,
        object: {
          metadata: { ...metadata, name, namespace, ownerReferences: [ownerReference(pod)] },
          spec,
        },
      })),
  };
}
