/** Node (core/v1). */
import type { Condition, KubeObject } from "./meta.ts";
import type { ResourceList, TaintEffect } from "./pod.ts";

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: TaintEffect;
  readonly timeAdded?: string;
}

export interface NodeAddress {
  readonly type: "InternalIP" | "ExternalIP" | "Hostname";
  readonly address: string;
}

export interface NodeSpec {
  readonly podCIDR?: string;
  readonly podCIDRs?: readonly string[];
  readonly providerID?: string;
  /** Out of use, and never changed. */
  readonly externalID?: string;
  readonly unschedulable?: boolean;
  readonly taints?: readonly Taint[];
}

export interface NodeStatus {
  readonly capacity?: ResourceList;
  readonly allocatable?: ResourceList;
  readonly conditions?: readonly Condition[];
  readonly addresses?: readonly NodeAddress[];
  readonly nodeInfo?: NodeSystemInfo;
  readonly images?: readonly { readonly names: readonly string[]; readonly sizeBytes?: number }[];
}

export interface NodeSystemInfo {
  readonly machineID: string;
  readonly systemUUID: string;
  readonly bootID: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly containerRuntimeVersion: string;
  readonly kubeletVersion: string;
  readonly kubeProxyVersion: string;
  readonly operatingSystem: string;
  readonly architecture: string;
}

export interface Node extends KubeObject {
  readonly spec: NodeSpec;
  readonly status?: NodeStatus;
}

/**
 * What kubus says about a board beyond Kubernetes' own fields, as annotations of its Node.
 * The values are decimal numbers or short words.
 */
export const nodeAnnotation = {
  model: "kubus.io/model",
  temperatureCelsius: "kubus.io/temperature-celsius",
  throttled: "kubus.io/throttled",
  underVoltage: "kubus.io/under-voltage",
  load1: "kubus.io/load-1m",
  cpuUsedPercent: "kubus.io/cpu-used-percent",
  memoryUsedPercent: "kubus.io/memory-used-percent",
  /** `true`: the agent mounts projected volumes, so pods may be given their service account's token. */
  projectedVolumes: "kubus.io/projected-volumes",
} as const;

/** Taint keys, as Kubernetes documents them. */
export const taintKey = {
  notReady: "node.kubernetes.io/not-ready",
  unreachable: "node.kubernetes.io/unreachable",
  unschedulable: "node.kubernetes.io/unschedulable",
  memoryPressure: "node.kubernetes.io/memory-pressure",
  diskPressure: "node.kubernetes.io/disk-pressure",
  pidPressure: "node.kubernetes.io/pid-pressure",
  flapping: "kubus.io/flapping",
} as const;

/** Reasons that kubus gives for a node's Ready condition. */
export const readyReason = {
  ready: "AgentReady",
  joining: "AgentJoining",
  agentStopped: "AgentStopped",
  unreachable: "BoardUnreachable",
} as const;
