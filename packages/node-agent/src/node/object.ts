/** The board as a Node: what it registers with, and what its status says. Pure. */
import { nodeAnnotation, type Node, type NodeStatus } from "@kubus/shared/api/node.ts";
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { ResourceList } from "@kubus/shared/api/pod.ts";
import { systemReserve } from "../limits.ts";
import type { HostCapacity, HostIdentity, HostVitals } from "../ports/host.ts";
import { ailmentConditions, type Sightings } from "./ailments.ts";
import type { VolumeFolders } from "../volume/folders.ts";
import { pressureConditions } from "./conditions.ts";

export interface NodeFacts {
  readonly node: string;
  readonly version: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly identity: HostIdentity;
  readonly capacity: HostCapacity;
  readonly vitals: HostVitals;
  readonly sightings: Sightings;
  /** When this was read, on a clock that does not jump. */
  readonly monotonic: number;
  readonly runtime: { readonly name: string; readonly version: string };
  /** Whether pods' volumes are mounted here. */
  readonly canMount: boolean;
  /** Where persistent volumes lie. */
  readonly folders: VolumeFolders;
}

/** Kubernetes' version that the agent's conduct follows. */
const kubernetesVersion = "v1.33.0";

export function nodeDraft(facts: NodeFacts, now: number) {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: facts.node, labels: ownLabels(facts), annotations: ownAnnotations(facts) },
    spec: {},
    status: nodeStatus(facts, {}, now),
  };
}

export const ownLabels = ({ node, labels, identity }: NodeFacts): Readonly<Record<string, string>> => {
  const model = labelValue(identity.model);
  return {
    ...labels,
    "kubernetes.io/hostname": node,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": identity.architecture,
    ...(model === "" ? {} : { [nodeAnnotation.model]: model }),
  };
};

const ownAnnotations = ({
  identity,
  canMount,
  folders,
  vitals: { heatLimitCelsius },
}: NodeFacts): Readonly<Record<string, string>> => ({
  ...(identity.model === "" ? {} : { [nodeAnnotation.model]: identity.model }),
  [nodeAnnotation.projectedVolumes]: String(canMount),
  ...(canMount ? { [nodeAnnotation.volumesFolder]: folders.own } : {}),
  ...(canMount && folders.shared !== undefined ? { [nodeAnnotation.sharedFolder]: folders.shared } : {}),
  ...(heatLimitCelsius === undefined ? {} : { [nodeAnnotation.heatLimitCelsius]: String(heatLimitCelsius) }),
});

/** Label values are short and plain: `Raspberry-Pi-4-Model-B-Rev-1.4`. */
const labelValue = (text: string) =>
  text
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");

/** This agent's part of the status: of the conditions only its own (Ready is node life's). */
export function nodeStatus(facts: NodeFacts, before: NodeStatus, now: number): NodeStatus {
  const { node, version, address, identity, capacity, runtime } = facts;
  return {
    capacity: resources(capacity),
    allocatable: resources(allocatable(capacity)),
    conditions: ownConditions(facts, before.conditions ?? [], now),
    addresses: [
      { type: "InternalIP", address },
      { type: "Hostname", address: node },
    ],
    nodeInfo: {
      machineID: identity.machineId,
      systemUUID: identity.systemUuid,
      bootID: identity.bootId,
      kernelVersion: identity.kernel,
      osImage: identity.osImage,
      containerRuntimeVersion: `${runtime.name}://${runtime.version}`,
      kubeletVersion: `${kubernetesVersion}+kubus.${version}`,
      kubeProxyVersion: "",
      operatingSystem: "linux",
      architecture: identity.architecture,
    },
  };
}

/** The conditions that this agent writes; `before` are those that stand in the API. */
export function ownConditions(
  {
    capacity,
    vitals,
    sightings,
    monotonic,
  }: Pick<NodeFacts, "capacity" | "vitals" | "sightings" | "monotonic">,
  before: readonly Condition[],
  now: number,
): readonly Condition[] {
  return [
    ...pressureConditions(vitals, capacity, { before, now }),
    ...ailmentConditions(vitals, { before, sightings, monotonic, now }),
  ];
}

/** What pods may ask for: the board without what it needs itself, never less than half. */
const allocatable = ({ cpuMillis, memoryBytes, diskBytes, podsMax }: HostCapacity): HostCapacity => ({
  cpuMillis: Math.max(cpuMillis - systemReserve.cpuMillis, Math.floor(cpuMillis / 2)),
  memoryBytes: Math.max(memoryBytes - systemReserve.memoryBytes, Math.floor(memoryBytes / 2)),
  diskBytes: Math.floor(diskBytes * (1 - systemReserve.diskShare)),
  podsMax,
});

const resources = ({ cpuMillis, memoryBytes, diskBytes, podsMax }: HostCapacity): ResourceList => ({
  cpu: cpuMillis % 1_000 === 0 ? String(cpuMillis / 1_000) : `${cpuMillis}m`,
  memory: `${Math.floor(memoryBytes / 1_024)}Ki`,
  "ephemeral-storage": `${Math.floor(diskBytes / 1_024)}Ki`,
  pods: String(podsMax),
});

/** Whether what stands in the API differs from this agent's part in more than the times of its heartbeats. */
export function differs(before: NodeStatus | undefined, wanted: NodeStatus): boolean {
  const still = (status: NodeStatus | undefined) => {
    const { capacity, allocatable, addresses, nodeInfo } = status ?? {};
    return JSON.stringify([sorted(capacity), sorted(allocatable), addresses, sorted(nodeInfo)]);
  };
  return still(before) !== still(wanted) || tellsNews(before?.conditions, wanted.conditions);
}

/** Whether conditions say something else than those that stand there; the times and words of their messages do not count. */
export function tellsNews(before: readonly Condition[] = [], wanted: readonly Condition[] = []): boolean {
  return wanted.some(({ type, status, reason }) => {
    const standing = before.find((condition) => condition.type === type);
    return standing?.status !== status || standing.reason !== reason;
  });
}

const sorted = (record: object = {}) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** The parts of a Node's metadata that are this agent's and stand there differently. */
export function metadataChange(
  facts: NodeFacts,
  node: Node,
  vitals: Readonly<Record<string, string>>,
): object | undefined {
  const labels = missing(ownLabels(facts), node.metadata.labels);
  const annotations = missing({ ...ownAnnotations(facts), ...vitals }, node.metadata.annotations);
  if (labels === undefined && annotations === undefined) return undefined;
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function missing(
  wanted: Readonly<Record<string, string>>,
  present: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> | undefined {
  const changed = Object.entries(wanted).filter(([name, value]) => present[name] !== value);
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}
