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
  /** From where on the board slows itself down, where its sensors say so. */
  heatLimitCelsius: "kubus.io/heat-limit-celsius",
  throttled: "kubus.io/throttled",
  underVoltage: "kubus.io/under-voltage",
  load1: "kubus.io/load-1m",
  cpuUsedPercent: "kubus.io/cpu-used-percent",
  memoryUsedPercent: "kubus.io/memory-used-percent",
  /** How much of the time work waits for the scarcest of processor, memory and disk. */
  pressurePercent: "kubus.io/pressure-percent",
  /** `true`: the agent mounts projected volumes, so pods may be given their service account's token. */
  projectedVolumes: "kubus.io/projected-volumes",
  /** The folder on the board below which its persistent volumes are; absent where nothing can be mounted. */
  volumesFolder: "kubus.io/volumes-folder",
  /** The folder that this board shares with others, where it has one. */
  sharedFolder: "kubus.io/shared-folder",
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
  overheated: "kubus.io/overheated",
  underVoltage: "kubus.io/under-voltage",
} as const;

/** Conditions that only real boards have. Absent where the board has no such sensor. */
export const boardCondition = {
  overheated: "Overheated",
  /** The board slows itself down, or did so a moment ago. */
  throttled: "Throttled",
  underVoltage: "UnderVoltage",
} as const;

/** A board that says nothing else counts as too hot from here on: where a Raspberry Pi begins to slow down. */
export const heatLimitCelsius = 80;

/** Reasons that kubus gives for a node's Ready condition. */
export const readyReason = {
  ready: "AgentReady",
  joining: "AgentJoining",
  agentStopped: "AgentStopped",
  unreachable: "BoardUnreachable",
} as const;
