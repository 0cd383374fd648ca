/** Volumes that live as long as their pod (`ephemeral`): each is a claim, made from the pod's template and owned by it. */
import { controllerOf, keyOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { persistentVolumeClaimKind, podKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey } from "../workload/wake.ts";
import { reconcileEphemeral, wishesOf, type EphemeralView } from "./reconcile.ts";

export const ephemeralVolumeController = defineController<EphemeralView>({
  name: "ephemeral-volume",
  guarantee: "A pod's ephemeral volumes have claims of their own, which go with the pod.",
  watches: [
    {
      kind: podKind,
      wakes: ({ type, object }) =>
        type === "ADDED" && wishesOf(object as Pod).length > 0 ? [keyOf(object)] : [],
    },
    {
      kind: persistentVolumeClaimKind,
      wakes: ({ type, object }) => {
        const owner = controllerOf(object);
        if (type !== "DELETED" || owner?.kind !== podKind.kind) return [];
        return [keyOf({ metadata: { ...object.metadata, name: owner.name } })];
      },
    },
  ],
  observe: (key, { cache }) => {
    const { namespace, name } = splitKey(key);
    const isThere = (claim: string) => cache.get(persistentVolumeClaimKind, namespace, claim) !== undefined;
    return { pod: cache.get(podKind, namespace, name), isThere };
  },
  reconcile: reconcileEphemeral,
  isGone: ({ pod }) => pod === undefined,
});
