/** What an agent may say of a pod: no change of mind about where and what it is, nothing that ended runs again. Pure. */
import type { ContainerStatus, Pod, PodSpec, PodStatus } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, checkedIfSaid, each, validateImmutable, when } from "../../rules.ts";
import { validateAddress } from "../../validate-address.ts";
import { isDualStack } from "../families.ts";

type Statuses = readonly Received<ContainerStatus>[];

/** Conditions of Kubernetes' own. */
const systemConditions = ["Initialized", "PodScheduled", "Ready"];

/** Of what comes through /status, the status counts; the class of service stays what it was. */
export function preparePodStatus(next: Pod, previous: Pod): Pod {
  const { status = {} } = next as Received<Pod>;
  const qosClass = status.qosClass || previous.status?.qosClass;
  return {
    ...previous,
    // The revision that the client read: the write is checked against it.
    metadata: { ...previous.metadata, resourceVersion: next.metadata.resourceVersion },
    status: { ...status, ...(qosClass === undefined ? {} : { qosClass }) } as PodStatus,
  };
}

export function validatePodStatus(next: Pod, previous: Pod): readonly Cause[] {
  const { status = {} } = next as Received<Pod>;
  const { status: before = {}, spec } = previous as Received<Pod>;
  const isNominatedAnew = status.nominatedNodeName !== before.nominatedNodeName;
  return [
    ...each(status.conditions, "metadata.conditions", ({ type = "" }, at) =>
      systemConditions.includes(type) ? [] : checked(qualifiedName, type, `${at}.Type`),
    ),
    ...(isNominatedAnew
      ? checkedIfSaid(dnsSubdomain, status.nominatedNodeName, "status.nominatedNodeName")
      : []),
    ...validateImmutable(status.qosClass, before.qosClass, "status.qosClass"),
    ...validateEnded(status.containerStatuses, before.containerStatuses, {
      field: "status.containerStatuses",
      restartPolicy: spec?.restartPolicy,
    }),
    ...validateEnded(status.initContainerStatuses, before.initContainerStatuses, {
      field: "status.initContainerStatuses",
      restartPolicy: spec?.restartPolicy,
      sidecars: sidecarsOf(spec),
    }),
    ...validateEnded(status.ephemeralContainerStatuses, before.ephemeralContainerStatuses, {
      field: "status.ephemeralContainerStatuses",
      restartPolicy: "Never",
    }),
    ...validatePodIps(status),
    ...validateHostIps(status),
  ];
}

const sidecarsOf = (spec: Received<PodSpec> | undefined): readonly string[] =>
  (spec?.initContainers ?? []).flatMap(({ name = "", restartPolicy }) =>
    restartPolicy === "Always" ? [name] : [],
  );

interface Ending {
  readonly field: string;
  readonly restartPolicy: string | undefined;
  readonly sidecars?: readonly string[];
}

/** A container that ended and is not to be restarted stays ended. */
function validateEnded(
  next: Statuses | undefined,
  previous: Statuses | undefined,
  { field, restartPolicy, sidecars = [] }: Ending,
): readonly Cause[] {
  if (restartPolicy === "Always") return [];
  return each(previous, field, ({ name = "", state }, at) => {
    const ended = state?.terminated;
    const mayRestart =
      sidecars.includes(name) || (restartPolicy === "OnFailure" && (ended?.exitCode ?? 0) !== 0);
    if (ended === undefined || mayRestart) return [];
    const isAlive = next?.some((seen) => seen.name === name && seen.state?.terminated === undefined) ?? false;
    const why = "may not be transitioned to non-terminated state";
    return when(isAlive, cause.forbidden(`${at}.state`, why));
  });
}

interface Ip {
  readonly ip?: string | undefined;
}

function validatePodIps({ podIPs = [] }: Received<PodStatus>): readonly Cause[] {
  return [
    ...each(podIPs, "status.podIPs", ({ ip = "" }, at) => validateAddress(ip, at)),
    ...validateFamilies(podIPs, "status.podIPs"),
    ...validateOnce(podIPs, "status.podIPs"),
  ];
}

function validateHostIps({ hostIP = "", hostIPs = [] }: Received<PodStatus>): readonly Cause[] {
  const [first] = hostIPs;
  return [
    ...when(
      first !== undefined && (first.ip ?? "") !== hostIP,
      cause.invalid("status.hostIPs[0].ip", first?.ip ?? "", "must be equal to `hostIP`"),
    ),
    ...each(hostIPs, "status.hostIPs", ({ ip = "" }, at) => validateAddress(ip, at)),
    ...validateOnce(hostIPs, "status.hostIPs"),
    ...validateFamilies(hostIPs, "status.hostIPs"),
  ];
}

function validateFamilies(ips: readonly Ip[], field: string): readonly Cause[] {
  if (ips.length < 2) return [];
  const isOneEach = ips.length === 2 && isDualStack(ips.map(({ ip = "" }) => ip));
  return when(!isOneEach, cause.invalid(field, ips, "may specify no more than one IP for each IP family"));
}

const validateOnce = (ips: readonly Ip[], field: string): readonly Cause[] =>
  each(ips, field, (own, at, index) =>
    when(
      ips.slice(0, index).some(({ ip }) => ip === own.ip),
      cause.duplicate(at, own),
    ),
  );
