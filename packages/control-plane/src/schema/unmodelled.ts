/**
 * Types that Kubernetes' clients have no models of: metrics.k8s.io, which a server of its own serves elsewhere.
 *
 * Written by hand in the form that the models are read into. For the generator only.
 */
import { leafType, type TypeSchema } from "./schema.ts";

export interface WrittenType {
  readonly schema: TypeSchema;
  readonly description: { readonly about: string; readonly fields: Readonly<Record<string, string>> };
}

const metrics = "io.k8s.metrics.pkg.apis.metrics.v1beta1";
const text = { type: "string" } as const;
const objectMeta = { $ref: "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" };
const usage = { type: "object", additionalProperties: { $ref: leafType.quantity } } as const;

/** When was measured, and over how long a time before. */
const interval = { timestamp: { $ref: leafType.time }, window: text };

const intervalTexts = {
  timestamp: "The end of the interval in which the usage was measured.",
  window: "How long that interval was, such as 10s.",
};
const usageText = "The usage of cpu, in cores, and of memory, as its working set.";
const typeTexts = {
  apiVersion: "The version of the schema that this object follows.",
  kind: "The REST resource that this object stands for.",
  metadata: "Standard object's metadata.",
};

const listOf = (kind: string): WrittenType => ({
  schema: {
    type: "object",
    properties: {
      apiVersion: text,
      items: { type: "array", items: { $ref: `${metrics}.${kind}` } },
      kind: text,
      metadata: { $ref: "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta" },
    },
    required: ["items"],
  },
  description: {
    about: `${kind}List is a list of ${kind}.`,
    fields: {
      ...typeTexts,
      metadata: "Standard list metadata.",
      items: "What was measured, sorted by namespace and name.",
    },
  },
});

export const unmodelledTypes: Readonly<Record<string, WrittenType>> = {
  [`${metrics}.ContainerMetrics`]: {
    schema: { type: "object", properties: { name: text, usage }, required: ["name", "usage"] },
    description: {
      about: "ContainerMetrics is what a container uses.",
      fields: { name: "The name of the container in pod.spec.containers.", usage: usageText },
    },
  },
  [`${metrics}.NodeMetrics`]: {
    schema: {
      type: "object",
      properties: { apiVersion: text, kind: text, metadata: objectMeta, ...interval, usage },
      required: ["timestamp", "window", "usage"],
    },
    description: {
      about: "NodeMetrics is what a node uses.",
      fields: { ...typeTexts, ...intervalTexts, usage: usageText },
    },
  },
  [`${metrics}.NodeMetricsList`]: listOf("NodeMetrics"),
  [`${metrics}.PodMetrics`]: {
    schema: {
      type: "object",
      properties: {
        apiVersion: text,
        kind: text,
        metadata: objectMeta,
        ...interval,
        containers: { type: "array", items: { $ref: `${metrics}.ContainerMetrics` } },
      },
      required: ["timestamp", "window", "containers"],
    },
    description: {
      about: "PodMetrics is what the containers of a pod use.",
      fields: {
        ...typeTexts,
        ...intervalTexts,
        containers: "What each container used, all measured in the same interval.",
      },
    },
  },
  [`${metrics}.PodMetricsList`]: listOf("PodMetrics"),
};
