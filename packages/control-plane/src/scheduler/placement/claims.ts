/**
 * Brings the claims of a pod to the board that was chosen for it: tells them the board, and sees whether they are bound.
 *
 * Who binds claims reads the board off them (Kubernetes, `volume.kubernetes.io/selected-node`); whoever cannot make a
 * volume there takes the annotation away again.
 */
import { volumeAnnotation, type PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { isReachable } from "../../controllers/persistentvolume/match.ts";
import { targetOf } from "../../controllers/workload/ownership.ts";
import { persistentVolumeClaimKind } from "../../kinds/index.ts";
import { isPending, type Decision } from "../decide.ts";
import { isBound } from "../filters/volumes.ts";
import type { VolumesSeen } from "../placement.machine.ts";
import { podOf, type Desk } from "./desk.ts";
import { keyOf } from "@kubus/shared/api/meta.ts";

type Bind = Extract<Decision, { type: "bind" }>;

export const selectNode = (desk: Desk) =>
  fill<VolumesSeen, Decision>(async (decision, signal) => {
    if (decision.type !== "bind") return "gone";
    for (const claim of claimsOf(desk, decision)) {
      const isTold = claim?.metadata.annotations?.[volumeAnnotation.selectedNode] === decision.node;
      if (claim === undefined || isBound(claim) || isTold) continue;
      signal.throwIfAborted();
      const { resourceVersion } = claim.metadata;
      const patch = {
        metadata: { resourceVersion, annotations: { [volumeAnnotation.selectedNode]: decision.node } },
      };
      await desk.objects.patch(persistentVolumeClaimKind, targetOf(claim), patch);
    }
    return volumesSeen(desk, decision);
  });

export const seeVolumes = (desk: Desk) =>
  fill<VolumesSeen, Decision>((decision) =>
    Promise.resolve(decision.type === "bind" ? volumesSeen(desk, decision) : "gone"),
  );

function volumesSeen(desk: Desk, decision: Bind): VolumesSeen {
  const { uid } = decision.want.pod.metadata;
  const pod = podOf(desk, keyOf(decision.want.pod));
  if (pod?.metadata.uid !== uid || !isPending(pod)) return "gone";
  const seen = claimsOf(desk, decision).map((claim) => claimSeen(desk, claim, decision.node));
  if (seen.includes("lost")) return "lost";
  return seen.includes("waiting") ? "waiting" : "bound";
}

function claimSeen({ ledger }: Desk, claim: PersistentVolumeClaim | undefined, name: string): VolumesSeen {
  if (claim === undefined) return "lost";
  if (!isBound(claim))
    return claim.metadata.annotations?.[volumeAnnotation.selectedNode] === name ? "waiting" : "lost";
  const volume = ledger.around.storage.volume(claim.spec.volumeName ?? "");
  const board = ledger.around.boardNamed(name);
  return volume !== undefined && board !== undefined && isReachable(volume, board.node) ? "bound" : "lost";
}

const claimsOf = ({ ledger }: Desk, { want, claims }: Bind) =>
  claims.map((name) => ledger.around.storage.claim(want.pod.metadata.namespace ?? "", name));
