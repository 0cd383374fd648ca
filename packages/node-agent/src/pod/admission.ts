/**
 * What this agent cannot do yet. Pure.
 *
 * A pod that asks for it waits with a clear reason instead of running as something it is not.
 */
import type { Container, Pod } from "@kubus/shared/api/pod.ts";
import { hasForeignProbe } from "../probe/spec.ts";
import { mountObjections, volumeObjections } from "../volume/objections.ts";

/** Fields that are read from the raw object: kubus has no types for them yet. */
type Raw = Readonly<Record<string, unknown>>;

/** One sentence each; empty when the pod can run here. */
export function objections(pod: Pod, canMount: boolean): readonly string[] {
  const { spec } = pod;
  const raw = spec as unknown as Raw;
  const all = [...(spec.initContainers ?? []), ...spec.containers];
  return [
    ...volumeObjections(pod, canMount),
    ...(isFilled(raw.ephemeralContainers) ? ["Ephemeral containers are not supported yet."] : []),
    ...(spec.hostPID === true ? ["hostPID is not supported yet."] : []),
    ...(spec.hostIPC === true ? ["hostIPC is not supported yet."] : []),
    ...(spec.shareProcessNamespace === true ? ["shareProcessNamespace is not supported yet."] : []),
    ...(spec.activeDeadlineSeconds === undefined ? [] : ["activeDeadlineSeconds is not supported yet."]),
    ...(raw.runtimeClassName === undefined ? [] : ["Runtime classes are not supported yet."]),
    ...(raw.dnsConfig === undefined ? [] : ["dnsConfig is not supported yet."]),
    ...(isFilled((spec.securityContext as Raw | undefined)?.sysctls)
      ? ["Sysctls are not supported yet."]
      : []),
    ...all.flatMap((container) => containerObjections(container, spec.hostNetwork === true)),
  ];
}

function containerObjections(container: Container, hostNetwork: boolean): readonly string[] {
  const where = `container "${container.name}"`;
  const { ports = [], lifecycle } = container;
  const hostPort = hostNetwork ? undefined : ports.find((port) => (port.hostPort ?? 0) > 0)?.hostPort;
  return [
    ...mountObjections(container),
    ...(lifecycle === undefined || Object.keys(lifecycle as object).length === 0
      ? []
      : [`Lifecycle hooks are not supported yet (${where}).`]),
    ...(hasForeignProbe(container) ? [`Only exec, HTTP and TCP probes are supported yet (${where}).`] : []),
    ...(hostPort === undefined ? [] : [`hostPort ${hostPort} is not supported yet (${where}).`]),
  ];
}

const isFilled = (list: unknown): list is readonly unknown[] => Array.isArray(list) && list.length > 0;
