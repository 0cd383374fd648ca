/** Protection of claims that pods use, and of volumes that claims have. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { persistentVolumeClaimKind, persistentVolumeKind, podKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey } from "../workload/wake.ts";
import { claimsOf } from "../../api/authorization/pod-references.ts";
import { isEnding, protectionBy, usesClaim, type ProtectionView } from "./reconcile.ts";

export const claimProtectionController = defineController<ProtectionView>({
  name: "pvc-protection",
  guarantee: "A claim that is deleted goes only when no pod uses it any more.",
  watches: [
    { kind: persistentVolumeClaimKind, wakes: ({ object }) => [keyOf(object)] },
    {
      kind: podKind,
      // Only a claim that is to go waits for pods, and only for their end.
      wakes: ({ type, object }, cache) =>
        type !== "DELETED"
          ? []
          : claimsOf(object as Pod).flatMap((name) => {
              const claim = cache.get(persistentVolumeClaimKind, object.metadata.namespace, name);
              return claim !== undefined && isEnding(claim) ? [keyOf(claim)] : [];
            }),
    },
  ],
  observe: (key, { cache }) => {
    const { namespace, name } = splitKey(key);
    const object = cache.get(persistentVolumeClaimKind, namespace, name);
    const isUsed = () => cache.list(podKind, namespace).some((pod) => usesClaim(pod, name));
    return { object, isUsed };
  },
  reconcile: protectionBy(persistentVolumeClaimKind, "kubernetes.io/pvc-protection"),
  isGone: ({ object }) => object === undefined,
});

export const volumeProtectionController = defineController<ProtectionView>({
  name: "pv-protection",
  guarantee: "A volume that is deleted goes only when no claim has it any more.",
  watches: [{ kind: persistentVolumeKind, wakes: ({ object }) => [keyOf(object)] }],
  observe: (name, { cache }) => {
    const object = cache.get(persistentVolumeKind, undefined, name);
    return { object, isUsed: () => object?.status?.phase === "Bound" };
  },
  reconcile: protectionBy(persistentVolumeKind, "kubernetes.io/pv-protection"),
  isGone: ({ object }) => object === undefined,
});
