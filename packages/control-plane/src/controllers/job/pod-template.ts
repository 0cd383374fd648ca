/** The pods that a job makes from its template. Pure. */
import type { Job } from "@kubus/shared/api/batch.ts";
import type { Container, Pod, PodSpec } from "@kubus/shared/api/pod.ts";
import type { Draft } from "../../api/objects.ts";
import { ownerReference } from "../workload/ownership.ts";
import { failureCounts } from "./index-failures.ts";
import { jobAnnotation, trackingFinalizer } from "./pods.ts";

/** What is left of a generated name when its random end is taken off. */
const prefixLengthMax = 58;

const indexVariable = {
  name: "JOB_COMPLETION_INDEX",
  valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${jobAnnotation.index}']` } },
} as const;

/** `index`: of an indexed job. `replaced`: the pod of this index that failed last, if its failures count. */
export function podOf(job: Job, index: number | undefined, replaced: Pod | undefined): Draft<Pod> {
  const { metadata: template = {}, spec } = job.spec.template;
  const { name, namespace } = job.metadata;
  return {
    metadata: {
      ...template,
      ...(index === undefined ? {} : marked(template, index, failureCounts(job, replaced))),
      finalizers: [...new Set([...(template.finalizers ?? []), trackingFinalizer])],
      generateName: prefixOf(name, index),
      ...(namespace === undefined ? {} : { namespace }),
      ownerReferences: [ownerReference(job)],
    },
    spec: index === undefined ? spec : { ...withIndex(spec), hostname: `${name}-${index}` },
  };
}

function prefixOf(name: string, index: number | undefined): string {
  const end = index === undefined ? "-" : `-${index}-`;
  return `${name.slice(0, prefixLengthMax - end.length)}${end}`;
}

type Metadata = NonNullable<Job["spec"]["template"]["metadata"]>;

/** The index as a label, too, so that services and people can select by it. */
const marked = (
  { labels, annotations }: Metadata,
  index: number,
  counts: Metadata["annotations"],
): Metadata => ({
  labels: { ...labels, [jobAnnotation.index]: String(index) },
  annotations: { ...annotations, [jobAnnotation.index]: String(index), ...counts },
});

function withIndex(spec: PodSpec): PodSpec {
  const { containers, initContainers } = spec;
  return {
    ...spec,
    containers: containers.map(withVariable),
    ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withVariable) }),
  };
}

const withVariable = (container: Container): Container => {
  const { env = [] } = container;
  const isSet = env.some(({ name }) => name === indexVariable.name);
  return isSet ? container : { ...container, env: [...env, indexVariable] };
};
