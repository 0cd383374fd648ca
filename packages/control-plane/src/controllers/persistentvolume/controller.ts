/** Claims and volumes: what to watch, whom to wake, what a decision may know. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import { volumeAnnotation, type PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import type { Cache } from "../../cache/cache.ts";
import { newestDefaultStorageClass } from "../../api/admission/default-class.ts";
import { storageClassOf } from "../../kinds/core/volumes/storage-class.ts";
import {
  nodeKind,
  persistentVolumeClaimKind,
  persistentVolumeKind,
  podKind,
  storageClassKind,
} from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { claimsOf } from "../../api/authorization/pod-references.ts";
import { usesClaim } from "../protection/reconcile.ts";
import { splitKey, wakeSelf } from "../workload/wake.ts";
import { claimMachine } from "./claim.machine.ts";
import { claimState, type ClaimView } from "./claim-state.ts";
import type { RemoveVolumeData } from "./data-remover.ts";
import { classifyClaim, reconcileClaim } from "./reconcile-claim.ts";
import { classifyVolume, reconcileVolume } from "./reconcile-volume.ts";
import { removerOf } from "./remover.ts";
import { volumeState, type VolumeView } from "./volume-state.ts";
import { volumeMachine } from "./volume.machine.ts";
import {
  wakeClaimsOfClass,
  wakeClaimsOfNode,
  wakeClaimsOfPod,
  wakeClaimsOfVolume,
  wakeVolumesOfClaim,
  wakeVolumesOfNode,
  wakeVolumesOfPod,
} from "./wake.ts";

/** Its events are Kubernetes' persistentvolume-controller's, which tells of claims, too. */
export const claimController = defineController<ClaimView>({
  name: "persistentvolume",
  guarantee: "A claim gets one volume that fits it, made for it if its class says how, and keeps it.",
  watches: [
    { kind: persistentVolumeClaimKind, wakes: wakeSelf },
    { kind: persistentVolumeKind, wakes: wakeClaimsOfVolume },
    { kind: storageClassKind, wakes: wakeClaimsOfClass },
    { kind: nodeKind, wakes: wakeClaimsOfNode },
    { kind: podKind, wakes: wakeClaimsOfPod },
  ],
  observe: (key, { cache }) => {
    const { namespace, name } = splitKey(key);
    const claim = cache.get(persistentVolumeClaimKind, namespace, name);
    return claim === undefined ? noClaim : claimView(claim, cache);
  },
  reconcile: reconcileClaim,
  life: { name: "claim", machine: claimMachine, classify: classifyClaim },
  isGone: (view) => claimState(view).is === "gone",
});

const noClaim: ClaimView = {
  claim: undefined,
  named: undefined,
  volumes: () => [],
  storageClass: undefined,
  defaultClass: undefined,
  node: undefined,
  waitingPods: () => [],
};

function claimView(claim: PersistentVolumeClaim, cache: Cache): ClaimView {
  const { namespace, name, annotations } = claim.metadata;
  const named = claim.spec.volumeName ?? "";
  const className = storageClassOf(claim);
  const chosen = annotations?.[volumeAnnotation.selectedNode];
  return {
    claim,
    named: named === "" ? undefined : cache.get(persistentVolumeKind, undefined, named),
    volumes: () => cache.list(persistentVolumeKind),
    storageClass: className === "" ? undefined : cache.get(storageClassKind, undefined, className),
    defaultClass: newestDefaultStorageClass(cache.list(storageClassKind)),
    node: chosen === undefined ? undefined : cache.get(nodeKind, undefined, chosen),
    waitingPods: () =>
      cache
        .list(podKind, namespace)
        .filter((pod) => (pod.spec.nodeName ?? "") === "" && claimsOf(pod).includes(name))
        .map(({ metadata }) => metadata.name),
  };
}

export const volumeController = (remove: RemoveVolumeData) =>
  defineController<VolumeView>({
    name: "persistentvolume-reclaim",
    guarantee: "A volume says whose it is; one that nobody needs any more goes after its data, if it may.",
    watches: [
      { kind: persistentVolumeKind, wakes: wakeSelf },
      { kind: persistentVolumeClaimKind, wakes: wakeVolumesOfClaim },
      { kind: nodeKind, wakes: wakeVolumesOfNode },
      { kind: podKind, wakes: wakeVolumesOfPod },
    ],
    observe: (name, { cache, now }) => {
      const volume = cache.get(persistentVolumeKind, undefined, name);
      const { namespace = "", name: claimName = "" } = volume?.spec.claimRef ?? {};
      return {
        volume,
        claim: claimName === "" ? undefined : cache.get(persistentVolumeClaimKind, namespace, claimName),
        users: () =>
          claimName === ""
            ? []
            : cache
                .list(podKind, namespace)
                .filter((pod) => usesClaim(pod, claimName))
                .map(keyOf),
        remover: () => removerOf(volume, cache),
        now,
      };
    },
    reconcile: reconcileVolume(remove),
    life: { name: "volume", machine: volumeMachine, classify: classifyVolume },
    isGone: (view) => volumeState(view).is === "gone",
  });
