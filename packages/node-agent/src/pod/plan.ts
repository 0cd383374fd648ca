/** A pod's spec as the runtime wants it: the sandbox, and each start of a container. Pure. */
import type { Container, Pod } from "@kubus/shared/api/pod.ts";
import { ContainerRefusal } from "../container/problem.ts";
import type { ContainerIdentity, ContainerMount, ContainerSpec, SandboxSpec } from "../ports/runtime.ts";
import { expand, type Sources } from "./environment.ts";
import { containerLimits, podLimits } from "./resources.ts";

/** What of the agent's configuration shapes pods. */
export interface PlanTerms {
  readonly stateDir: string;
  readonly nameservers: readonly string[];
}

const clusterDomain = "cluster.local";
/** Kubernetes' choice: names with fewer dots are tried in the search domains first. */
const dnsOptions = ["ndots:5"];
/** Longer host names are refused by Linux. */
const hostnameMax = 63;
/** Who "nobody" is, where only a group was given. */
const nobody = 65_534;

export const namespaceOf = ({ metadata }: Pod): string => metadata.namespace ?? "default";

/** The folder of all logs of one pod. */
export const podLogFolder = ({ stateDir }: PlanTerms, pod: Pod): string =>
  `${stateDir}/logs/${namespaceOf(pod)}_${pod.metadata.name}_${pod.metadata.uid}`;

export const logPath = (
  terms: PlanTerms,
  pod: Pod,
  id: Pick<ContainerIdentity, "name" | "attempt">,
): string => `${podLogFolder(terms, pod)}/${id.name}/${id.attempt}.log`;

export function sandboxSpec(pod: Pod, terms: PlanTerms): SandboxSpec {
  const { metadata, spec } = pod;
  const namespace = namespaceOf(pod);
  const isClusterDns = spec.dnsPolicy !== "Default" && spec.hostNetwork !== true;
  const suffixes = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return {
    podUid: metadata.uid,
    namespace,
    name: metadata.name,
    hostname: (spec.hostname ?? metadata.name).slice(0, hostnameMax).replace(/[-.]+$/, ""),
    network: spec.hostNetwork === true ? "host" : "pod",
    hostAliases: (spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => ({ ip, hostnames })),
    dns: {
      nameservers: terms.nameservers,
      searches: isClusterDns ? suffixes : [],
      options: isClusterDns ? dnsOptions : [],
    },
    limits: podLimits(spec),
  };
}

/** What a start is made of beside the spec. */
export interface StartParts {
  readonly sources: Sources;
  /** The container's environment. */
  readonly values: ReadonlyMap<string, string>;
  readonly mounts: readonly ContainerMount[];
  readonly terms: PlanTerms;
}

/** Throws a ContainerRefusal when the container cannot be started as it is asked for. */
export function containerSpec(
  container: Container,
  attempt: number,
  { sources, values, mounts, terms }: StartParts,
): ContainerSpec {
  const { pod } = sources;
  const expanded = (words: readonly string[] = []) => words.map((word) => expand(word, values));
  const { securityContext = {}, workingDir, stdin = false, stdinOnce = false, tty = false } = container;
  const user = userOf(container, pod);
  return {
    podUid: pod.metadata.uid,
    name: container.name,
    attempt,
    namespace: namespaceOf(pod),
    podName: pod.metadata.name,
    image: container.image,
    command: expanded(container.command),
    args: expanded(container.args),
    env: [...values].map(([name, value]) => ({ name, value })),
    ...(workingDir === undefined || workingDir === "" ? {} : { workingDir }),
    ...(user === undefined ? {} : { user }),
    ...(mounts.length === 0 ? {} : { mounts }),
    privileged: securityContext.privileged ?? false,
    readOnlyRoot: securityContext.readOnlyRootFilesystem ?? false,
    capabilities: {
      add: securityContext.capabilities?.add ?? [],
      drop: securityContext.capabilities?.drop ?? [],
    },
    stdin,
    stdinOnce,
    tty,
    limits: containerLimits(container),
    logPath: logPath(terms, pod, { name: container.name, attempt }),
  };
}

/** The container's word before the pod's. A user without a group is its own group. */
function userOf({ name, securityContext = {} }: Container, { spec }: Pod): ContainerSpec["user"] {
  const uid = securityContext.runAsUser ?? spec.securityContext?.runAsUser;
  const gid = securityContext.runAsGroup ?? spec.securityContext?.runAsGroup;
  const nonRoot = securityContext.runAsNonRoot ?? spec.securityContext?.runAsNonRoot ?? false;
  if (nonRoot && uid === 0) {
    const message = `container's runAsUser breaks non-root policy (container: ${name})`;
    throw new ContainerRefusal("CreateContainerConfigError", message);
  }
  const { fsGroup, supplementalGroups = [] } = spec.securityContext ?? {};
  const groups = [...new Set([...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])])];
  if (uid === undefined && gid === undefined && groups.length === 0) return undefined;
  const who = { uid: uid ?? nobody, gid: gid ?? uid ?? nobody };
  return groups.length === 0 ? who : { ...who, groups };
}
