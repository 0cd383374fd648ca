/** What of a pod a decision depends on, as text: two pods of one shape are refused alike. Pure. */
import type { Want } from "../want.ts";

const known = new WeakMap<Want["pod"], string>();

/** The replicas of one controller have the same shape, unless they differ in what matters for their place. */
export function shapeOf(want: Want): string {
  const { pod } = want;
  const found = known.get(pod);
  if (found !== undefined) return found;
  const { metadata, spec, status } = pod;
  const shape = JSON.stringify([
    metadata.namespace,
    metadata.labels,
    metadata.annotations?.["kubus.io/architectures"],
    want.priority,
    spec.preemptionPolicy,
    spec.schedulerName,
    [...want.requests],
    want.hostPorts,
    want.claims,
    spec.nodeSelector,
    spec.affinity,
    spec.tolerations,
    spec.topologySpreadConstraints,
    [...(spec.initContainers ?? []), ...spec.containers].map(({ image }) => image),
    status?.nominatedNodeName,
  ]);
  known.set(pod, shape);
  return shape;
}
