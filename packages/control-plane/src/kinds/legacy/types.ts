/**
 * The types of old versions, as what differs from the generated types of today: fields of bodies are checked and
 * patched by them, so that unknown ones are still found. Pure.
 */
import { leafType, typeNamed, type FieldSchema, type TypeLookup } from "../../schema/schema.ts";

interface Difference {
  readonly without?: readonly string[];
  readonly with?: Readonly<Record<string, FieldSchema>>;
}

/** Of types by their short names, such as `apps.v1.DeploymentSpec`. */
type Differences = Readonly<Record<string, Difference>>;

/** The types of today, but for some. */
export function typesWith(differences: Differences): TypeLookup {
  const names = new Map(
    Object.entries(differences).map(([name, difference]) => [fullName(name), difference] as const),
  );
  return (name) => {
    const type = typeNamed(name);
    const difference = names.get(name);
    if (difference === undefined) return type;
    const kept = Object.entries(type?.properties ?? {}).filter(
      ([field]) => difference.without?.includes(field) !== true,
    );
    return { ...type, properties: { ...Object.fromEntries(kept), ...difference.with } };
  };
}

const apiextensions = "apiextensions.v1.";

const fullName = (name: string): string =>
  name.startsWith(apiextensions)
    ? `io.k8s.apiextensions-apiserver.pkg.apis.${name}`
    : name.startsWith("meta.v1.")
      ? `io.k8s.apimachinery.pkg.apis.${name}`
      : `io.k8s.api.${name}`;

const ref = (name: string): FieldSchema => ({ $ref: fullName(name) });
const text: FieldSchema = { type: "string" };
const number: FieldSchema = { type: "integer", format: "int64" };
const percent: FieldSchema = { type: "integer", format: "int32" };
const quantity: FieldSchema = { $ref: leafType.quantity };
const intOrString: FieldSchema = { $ref: leafType.intOrString };
const selector = ref("meta.v1.LabelSelector");

export const deploymentTypes = typesWith({
  // What is asked with it is not kept: `kubectl rollout undo` writes the template itself.
  "apps.v1.DeploymentSpec": { with: { rollbackTo: { $ref: leafType.rawExtension } } },
});

export const daemonSetTypes = typesWith({
  "apps.v1.DaemonSetSpec": { with: { templateGeneration: number } },
});

export const ingressTypes = typesWith({
  "networking.v1.IngressSpec": {
    without: ["defaultBackend"],
    with: { backend: ref("networking.v1.IngressBackend") },
  },
  "networking.v1.IngressBackend": {
    without: ["service"],
    with: { serviceName: text, servicePort: intOrString },
  },
});

export const endpointSliceTypes = typesWith({
  "discovery.v1.Endpoint": {
    without: ["deprecatedTopology", "zone"],
    with: { topology: { type: "object", additionalProperties: text } },
  },
});

/** A metric's source, once as a wish and once as a state. */
const source = (without: readonly string[], spec: Difference["with"], status: Difference["with"]) =>
  [
    { without: [...without, "target"], ...(spec === undefined ? {} : { with: spec }) },
    { without: [...without, "current"], ...(status === undefined ? {} : { with: status }) },
  ] as const;

const named = { metricName: text, selector };
const object = {
  ...named,
  target: ref("autoscaling.v2.CrossVersionObjectReference"),
  averageValue: quantity,
};
const [objectSpec, objectStatus] = source(
  ["describedObject", "metric"],
  { ...object, targetValue: quantity },
  { ...object, currentValue: quantity },
);
const [podsSpec, podsStatus] = source(
  ["metric"],
  { ...named, targetAverageValue: quantity },
  { ...named, currentAverageValue: quantity },
);
const outside = { metricName: text, metricSelector: selector };
const [externalSpec, externalStatus] = source(
  ["metric"],
  { ...outside, targetValue: quantity, targetAverageValue: quantity },
  { ...outside, currentValue: quantity, currentAverageValue: quantity },
);
const [resourceSpec, resourceStatus] = source(
  [],
  { targetAverageUtilization: percent, targetAverageValue: quantity },
  { currentAverageUtilization: percent, currentAverageValue: quantity },
);

export const flatAutoscalerTypes = typesWith({
  "autoscaling.v2.ObjectMetricSource": objectSpec,
  "autoscaling.v2.ObjectMetricStatus": objectStatus,
  "autoscaling.v2.PodsMetricSource": podsSpec,
  "autoscaling.v2.PodsMetricStatus": podsStatus,
  "autoscaling.v2.ExternalMetricSource": externalSpec,
  "autoscaling.v2.ExternalMetricStatus": externalStatus,
  "autoscaling.v2.ResourceMetricSource": resourceSpec,
  "autoscaling.v2.ResourceMetricStatus": resourceStatus,
  "autoscaling.v2.ContainerResourceMetricSource": resourceSpec,
  "autoscaling.v2.ContainerResourceMetricStatus": resourceStatus,
  "autoscaling.v2.HorizontalPodAutoscalerSpec": { without: ["behavior"] },
});

export const customResourceDefinitionTypes = typesWith({
  [`${apiextensions}CustomResourceDefinitionSpec`]: {
    with: {
      version: text,
      validation: ref(`${apiextensions}CustomResourceValidation`),
      subresources: ref(`${apiextensions}CustomResourceSubresources`),
      additionalPrinterColumns: {
        type: "array",
        items: ref(`${apiextensions}CustomResourceColumnDefinition`),
      },
    },
  },
  [`${apiextensions}CustomResourceColumnDefinition`]: { without: ["jsonPath"], with: { JSONPath: text } },
  [`${apiextensions}CustomResourceConversion`]: {
    without: ["webhook"],
    with: {
      webhookClientConfig: ref(`${apiextensions}WebhookClientConfig`),
      conversionReviewVersions: { type: "array", items: text },
    },
  },
});
