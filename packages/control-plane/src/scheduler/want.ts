/**
 * What a pod asks of a board, read once. Pure.
 */
import { controllerOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { requestsOf, type Amounts } from "./requests.ts";
import { avoidedBy, wishesOf, type PodTerm, type WeightedTerm } from "./surroundings/pod-terms.ts";

export type { Amounts } from "./requests.ts";

export interface Want {
  readonly pod: Pod;
  readonly priority: number;
  readonly requests: Amounts;
  /** Like `requests`, but with Kubernetes' assumed sizes for pods that ask for nothing, so that they spread. */
  readonly weight: { readonly cpu: number; readonly memory: number };
  /** `protocol/address/port`. */
  readonly hostPorts: readonly string[];
  /** Uid of the pod's controller. */
  readonly owner: string | undefined;
  /** Pods that it must not be near to. */
  readonly avoids: readonly PodTerm[];
  /** Pods that it would like to be near to, or rather not: those weigh against. */
  readonly wishes: readonly WeightedTerm[];
  readonly claims: readonly ClaimUse[];
}

/** A PersistentVolumeClaim of the pod's namespace that one of its volumes stands for. */
export interface ClaimUse {
  readonly name: string;
  /** Made for this pod by the controller of ephemeral volumes. */
  readonly isEphemeral: boolean;
}

/** kube-scheduler's own assumptions: 100m and 200 MB. */
const assumed = { cpu: 100, memory: 200 * 1_024 * 1_024 } as const;

export function wantOf(pod: Pod): Want {
  const requests = requestsOf(pod);
  return {
    pod,
    priority: pod.spec.priority ?? 0,
    requests,
    weight: {
      cpu: requests.get("cpu") ?? assumed.cpu,
      memory: requests.get("memory") ?? assumed.memory,
    },
    hostPorts: hostPortsOf(pod),
    owner: controllerOf(pod)?.uid,
    avoids: avoidedBy(pod),
    wishes: wishesOf(pod),
    claims: claimsOf(pod),
  };
}

function hostPortsOf({ spec }: Pod): readonly string[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return [...spec.containers, ...sidecars].flatMap(({ ports = [] }) =>
    ports.flatMap((port) => {
      const hostPort = port.hostPort ?? (spec.hostNetwork === true ? port.containerPort : undefined);
      if (hostPort === undefined || hostPort === 0) return [];
      const address = port.hostIP === undefined || port.hostIP === "" ? "0.0.0.0" : port.hostIP;
      return [`${port.protocol ?? "TCP"}/${address}/${hostPort}`];
    }),
  );
}

interface ClaimingVolume {
  readonly name: string;
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly ephemeral?: unknown;
}

function claimsOf({ metadata, spec }: Pod): readonly ClaimUse[] {
  return ((spec.volumes ?? []) as readonly ClaimingVolume[]).flatMap(
    ({ name, persistentVolumeClaim, ephemeral }): readonly ClaimUse[] => {
      if (persistentVolumeClaim !== undefined)
        return [{ name: persistentVolumeClaim.claimName, isEphemeral: false }];
      return ephemeral === undefined ? [] : [{ name: `${metadata.name}-${name}`, isEphemeral: true }];
    },
  );
}
