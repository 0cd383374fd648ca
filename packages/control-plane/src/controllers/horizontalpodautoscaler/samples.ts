/** What pods use of a resource, what they asked for, and whose figures count. Pure; Kubernetes' replica calculator. */
import { milliValue } from "@kubus/shared/api/quantity.ts";
import type { Container, Pod } from "@kubus/shared/api/pod.ts";
import type { PodUsage, Used } from "@kubus/shared/bus/usage.ts";
import { autoscalerLimits as limits } from "./limits.ts";
import type { Failure } from "./view.ts";

/** What a metric is about. */
export interface Measure {
  /** `cpu` or `memory`; of anything else boards tell nothing. */
  readonly resource: string;
  /** Only this container of each pod; all of them together otherwise. */
  readonly container?: string | undefined;
}

export interface Sample {
  /** Thousandths of the resource's unit. */
  readonly value: number;
  /** The end of the window in wall-clock milliseconds. */
  readonly at: number;
  readonly windowMs: number;
}

/** By the pod's uid. */
export type Samples = ReadonlyMap<string, Sample>;

export function samplesOf(
  pods: readonly Pod[],
  usage: ReadonlyMap<string, PodUsage>,
  measure: Measure,
): Samples | Failure {
  const known = pods.flatMap(({ metadata: { uid } }) => usage.get(uid) ?? []);
  if (known.length === 0) return { error: "no metrics returned from resource metrics API" };
  const samples = new Map<string, Sample>();
  for (const pod of known) {
    const value = valueOf(pod, measure);
    if (typeof value === "object") return value;
    if (value !== undefined) samples.set(pod.uid, { value, at: pod.at, windowMs: pod.windowMs });
  }
  return samples;
}

function valueOf(pod: PodUsage, { resource, container }: Measure): number | undefined | Failure {
  const parts = pod.containers.filter(({ name }) => container === undefined || name === container);
  if (container !== undefined && parts.length === 0) {
    return { error: `container ${container} not present in metrics for pod ${pod.namespace}/${pod.name}` };
  }
  const values = parts.map((part) => milliOf(part, resource));
  return values.reduce<number | undefined>(
    (sum, value) => (sum === undefined || value === undefined ? undefined : sum + value),
    0,
  );
}

const nanoPerMilli = 1_000_000;

function milliOf({ cpuNanocores, memoryBytes }: Used, resource: string): number | undefined {
  if (resource === "cpu") return Math.ceil(cpuNanocores / nanoPerMilli);
  return resource === "memory" ? Math.round(memoryBytes) * 1_000 : undefined;
}

/** What each pod asked for, by uid, in thousandths. */
export function requestsOf(
  pods: readonly Pod[],
  { resource, container }: Measure,
): ReadonlyMap<string, number> | Failure {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const whole = container === undefined ? pod.spec.resources?.requests?.[resource] : undefined;
    const sum = whole === undefined ? containersAsk(pod, { resource, container }) : milliValue(whole);
    if (typeof sum === "object") return sum;
    requests.set(pod.metadata.uid, sum);
  }
  return requests;
}

function containersAsk({ spec, metadata }: Pod, { resource, container }: Measure): number | Failure {
  const all: readonly Container[] = [
    ...spec.containers,
    ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always"),
  ];
  let sum = 0;
  for (const { name, resources } of all) {
    if (container !== undefined && container !== name) continue;
    const request = resources?.requests?.[resource];
    if (request === undefined)
      return { error: `missing request for ${resource} in container ${name} of Pod ${metadata.name}` };
    sum += milliValue(request);
  }
  return sum;
}

export interface Groups {
  /** How many pods' figures count. */
  readonly ready: number;
  /** Uids: not running yet, or too young for their figures to mean anything. */
  readonly unready: readonly string[];
  /** Uids: they run, and nobody knows what they use. */
  readonly missing: readonly string[];
  /** Uids: going, or failed. */
  readonly ignored: readonly string[];
}

/** `now`: wall-clock milliseconds. */
export function groupPods(
  pods: readonly Pod[],
  samples: Samples,
  { resource, now }: { readonly resource: string; readonly now: number },
): Groups {
  const groups = { ready: [], unready: [], missing: [], ignored: [] } as Record<string, string[]>;
  for (const pod of pods) groups[groupOf(pod)]?.push(pod.metadata.uid);
  const { ready = [], unready = [], missing = [], ignored = [] } = groups;
  return { ready: ready.length, unready, missing, ignored };

  function groupOf(pod: Pod): keyof Groups {
    const { phase = "Pending" } = pod.status ?? {};
    if (pod.metadata.deletionTimestamp !== undefined || phase === "Failed") return "ignored";
    if (phase === "Pending") return "unready";
    const sample = samples.get(pod.metadata.uid);
    if (sample === undefined) return "missing";
    return resource === "cpu" && isStarting(pod, sample, now) ? "unready" : "ready";
  }
}

/** What a program uses while it starts says nothing about its load. */
function isStarting({ status }: Pod, sample: Sample, now: number): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  if (ready === undefined || status?.startTime === undefined) return true;
  const startedAt = Date.parse(status.startTime);
  const changedAt = ready.lastTransitionTime === undefined ? 0 : Date.parse(ready.lastTransitionTime);
  const isUnready = ready.status === "False";
  if (startedAt + limits.cpuInitializationMs > now)
    return isUnready || sample.at < changedAt + sample.windowMs;
  return isUnready && startedAt + limits.initialReadinessMs > changedAt;
}
