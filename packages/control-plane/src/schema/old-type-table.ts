/**
 * THE table of types that Kubernetes does not have any more, as what differs from the types of today.
 *
 * A type of old that is not here was as it is today.
 */
import type { FieldSchema } from "./schema.ts";

/** What a type of old had, and had not. */
export interface Difference {
  readonly without?: readonly string[];
  readonly with?: Readonly<Record<string, FieldSchema>>;
  /** Fields that have to be there today, and had not to be. */
  readonly optional?: readonly string[];
}

export interface OldType {
  /** The type of today, by its short name: `apps.v1.Deployment`. */
  readonly of: string;
  /** The group and version that it was in: `extensions.v1beta1`. */
  readonly was: string;
  /** By today's short names of the types that differ. */
  readonly differences: Readonly<Record<string, Difference>>;
}

const apiextensions = "apiextensions.v1";

/** `networking.v1.Ingress` as the schema names it. */
export const fullName = (name: string): string => {
  if (name.startsWith("apiextensions.")) return `io.k8s.apiextensions-apiserver.pkg.apis.${name}`;
  return name.startsWith("meta.v1.") ? `io.k8s.apimachinery.pkg.apis.${name}` : `io.k8s.api.${name}`;
};

const ref = (name: string): FieldSchema => ({ $ref: fullName(name) });
const text: FieldSchema = { type: "string" };
const count: FieldSchema = { type: "integer", format: "int64" };
const percent: FieldSchema = { type: "integer", format: "int32" };
const quantity: FieldSchema = { $ref: "io.k8s.apimachinery.pkg.api.resource.Quantity" };
const intOrString: FieldSchema = { $ref: "io.k8s.apimachinery.pkg.util.intstr.IntOrString" };
const anything: FieldSchema = { $ref: "io.k8s.apimachinery.pkg.runtime.RawExtension" };
const selector = ref("meta.v1.LabelSelector");

/** What is asked with it is not kept: `kubectl rollout undo` writes the template itself. */
const rollback = {
  "apps.v1.DeploymentSpec": { with: { rollbackTo: anything }, optional: ["selector"] },
};

const ingress = {
  "networking.v1.IngressSpec": {
    without: ["defaultBackend"],
    with: { backend: ref("networking.v1.IngressBackend") },
  },
  "networking.v1.HTTPIngressPath": { optional: ["pathType"] },
  "networking.v1.IngressBackend": {
    without: ["service"],
    with: { serviceName: text, servicePort: intOrString },
  },
};

/** A metric's source, once as a wish and once as a state: amounts are fields beside the others. */
function source(
  name: string,
  shared: NonNullable<Difference["with"]>,
  amounts: Readonly<Record<string, FieldSchema>>,
): Readonly<Record<string, Difference>> {
  const without = ["describedObject", "metric", "target", "current"];
  const as = (prefix: string) =>
    Object.fromEntries(Object.entries(amounts).map(([amount, schema]) => [`${prefix}${amount}`, schema]));
  return {
    [`autoscaling.v2.${name}MetricSource`]: { without, with: { ...shared, ...as("target") } },
    [`autoscaling.v2.${name}MetricStatus`]: { without, with: { ...shared, ...as("current") } },
  };
}

const ofResource = { AverageUtilization: percent, AverageValue: quantity };
const metrics = {
  ...source(
    "Object",
    {
      metricName: text,
      selector,
      target: ref("autoscaling.v2.CrossVersionObjectReference"),
      averageValue: quantity,
    },
    { Value: quantity },
  ),
  ...source("Pods", { metricName: text, selector }, { AverageValue: quantity }),
  ...source(
    "External",
    { metricName: text, metricSelector: selector },
    { Value: quantity, AverageValue: quantity },
  ),
  ...source("Resource", {}, ofResource),
  ...source("ContainerResource", {}, ofResource),
  "autoscaling.v2.HorizontalPodAutoscalerSpec": { without: ["behavior"] },
};

const definition = {
  [`${apiextensions}.CustomResourceDefinitionSpec`]: {
    optional: ["scope", "versions"],
    with: {
      version: text,
      validation: ref(`${apiextensions}.CustomResourceValidation`),
      subresources: ref(`${apiextensions}.CustomResourceSubresources`),
      additionalPrinterColumns: {
        type: "array",
        items: ref(`${apiextensions}.CustomResourceColumnDefinition`),
      },
    },
  },
  [`${apiextensions}.CustomResourceColumnDefinition`]: { without: ["jsonPath"], with: { JSONPath: text } },
  [`${apiextensions}.CustomResourceConversion`]: {
    without: ["webhook"],
    with: {
      webhookClientConfig: ref(`${apiextensions}.WebhookClientConfig`),
      conversionReviewVersions: { type: "array", items: text },
    },
  },
} as const;

const webhook = { optional: ["admissionReviewVersions", "sideEffects"] };

export const oldTypeTable: readonly OldType[] = [
  { of: "apps.v1.Deployment", was: "extensions.v1beta1", differences: rollback },
  { of: "apps.v1.Deployment", was: "apps.v1beta1", differences: rollback },
  {
    of: "apps.v1.DaemonSet",
    was: "extensions.v1beta1",
    differences: {
      "apps.v1.DaemonSetSpec": { with: { templateGeneration: count }, optional: ["selector"] },
    },
  },
  {
    of: "apps.v1.ReplicaSet",
    was: "extensions.v1beta1",
    differences: { "apps.v1.ReplicaSetSpec": { optional: ["selector"] } },
  },
  {
    of: "apps.v1.StatefulSet",
    was: "apps.v1beta1",
    differences: { "apps.v1.StatefulSetSpec": { optional: ["selector"] } },
  },
  {
    of: "certificates.v1.CertificateSigningRequest",
    was: "certificates.v1beta1",
    differences: {
      "certificates.v1.CertificateSigningRequestSpec": { optional: ["signerName"] },
      "certificates.v1.CertificateSigningRequestCondition": { optional: ["status"] },
    },
  },
  {
    of: "admissionregistration.v1.ValidatingWebhookConfiguration",
    was: "admissionregistration.v1beta1",
    differences: { "admissionregistration.v1.ValidatingWebhook": webhook },
  },
  {
    of: "admissionregistration.v1.MutatingWebhookConfiguration",
    was: "admissionregistration.v1beta1",
    differences: { "admissionregistration.v1.MutatingWebhook": webhook },
  },
  { of: "networking.v1.Ingress", was: "extensions.v1beta1", differences: ingress },
  { of: "networking.v1.Ingress", was: "networking.v1beta1", differences: ingress },
  {
    of: "discovery.v1.EndpointSlice",
    was: "discovery.v1beta1",
    differences: {
      "discovery.v1.Endpoint": {
        without: ["deprecatedTopology", "zone"],
        with: { topology: { type: "object", additionalProperties: text } },
      },
    },
  },
  { of: "autoscaling.v2.HorizontalPodAutoscaler", was: "autoscaling.v2beta1", differences: metrics },
  {
    of: `${apiextensions}.CustomResourceDefinition`,
    was: "apiextensions.v1beta1",
    differences: definition,
  },
];
