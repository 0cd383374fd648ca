/**
 * Where Kubernetes' JSON differs from its protobuf: messages that are plain values in JSON, and structs that are
 * embedded. The two tables are complete for the built-in kinds.
 */
import { Malformed } from "./reader.ts";

type Values = ReadonlyMap<string, unknown>;

const numberIn = (values: Values, name: string): number => Number(values.get(name) ?? 0);

/** An empty message is no time at all: creationTimestamp comes so on every object. */
function timeText(values: Values, fractionDigits: number): string | undefined {
  if (values.size === 0) return undefined;
  const ms = numberIn(values, "seconds") * 1_000;
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) throw new Malformed("time out of range");
  const whole = new Date(ms).toISOString().replace(/\.\d+Z$/, "");
  const micros = Math.trunc(numberIn(values, "nanos") / 1_000);
  return fractionDigits === 0 ? `${whole}Z` : `${whole}.${String(micros).padStart(fractionDigits, "0")}Z`;
}

/** Raw bytes of JSON. Their type in the table is bytes, so they come as base64. */
function jsonIn(values: Values, name: string): unknown {
  const raw = values.get(name);
  if (typeof raw !== "string" || raw === "") return undefined;
  try {
    return JSON.parse(Buffer.from(raw, "base64").toString("utf8")) as unknown;
  } catch (error) {
    throw new Malformed(error instanceof Error ? error.message : String(error));
  }
}

const itemsIn = (values: Values): unknown => values.get("items") ?? [];
const schemaOrAllows = (values: Values): unknown => values.get("schema") ?? values.get("allows") ?? false;

/** How the value of such a message reads in JSON. Undefined: the field is left out. */
export const leafMessages: Readonly<Record<string, (values: Values) => unknown>> = {
  "meta.v1.Time": (values) => timeText(values, 0),
  "meta.v1.MicroTime": (values) => timeText(values, 6),
  "meta.v1.Duration": (values) => `${numberIn(values, "duration") / 1e9}s`,
  "api.resource.Quantity": (values) => values.get("string") ?? "0",
  "util.intstr.IntOrString": (values) =>
    numberIn(values, "type") === 0 ? numberIn(values, "intVal") : (values.get("strVal") ?? ""),
  "runtime.RawExtension": (values) => jsonIn(values, "raw"),
  "meta.v1.FieldsV1": (values) => jsonIn(values, "Raw"),
  "meta.v1.Verbs": itemsIn,
  "authentication.v1.ExtraValue": itemsIn,
  "authorization.v1.ExtraValue": itemsIn,
  "certificates.v1.ExtraValue": itemsIn,
  "apiextensions.v1.JSON": (values) => jsonIn(values, "raw"),
  "apiextensions.v1.JSONSchemaPropsOrBool": schemaOrAllows,
  "apiextensions.v1.JSONSchemaPropsOrArray": (values) =>
    values.get("schema") ?? values.get("jSONSchemas") ?? [],
  "apiextensions.v1.JSONSchemaPropsOrStringArray": (values) =>
    values.get("schema") ?? values.get("property") ?? [],
};

/** Fields of JSON schemas whose JSON names are no identifiers. */
const schemaNames: Readonly<Record<string, string>> = {
  ref: "$ref",
  schema: "$schema",
  xKubernetesPreserveUnknownFields: "x-kubernetes-preserve-unknown-fields",
  xKubernetesEmbeddedResource: "x-kubernetes-embedded-resource",
  xKubernetesIntOrString: "x-kubernetes-int-or-string",
  xKubernetesListMapKeys: "x-kubernetes-list-map-keys",
  xKubernetesListType: "x-kubernetes-list-type",
  xKubernetesMapType: "x-kubernetes-map-type",
  xKubernetesValidations: "x-kubernetes-validations",
};

/** Fields that are spelled otherwise on the wire, by message. */
const otherNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "apiextensions.v1.JSONSchemaProps": schemaNames,
  "admissionregistration.v1.MutatingWebhookConfiguration": { Webhooks: "webhooks" },
  "admissionregistration.v1.ValidatingWebhookConfiguration": { Webhooks: "webhooks" },
  "admissionregistration.v1.Validation": { Expression: "expression" },
  "admissionregistration.v1.Variable": { Name: "name", Expression: "expression" },
  "authentication.v1.BoundObjectReference": { uID: "uid" },
  "networking.v1.IngressClassParametersReference": { aPIGroup: "apiGroup" },
};

/** A field's name in JSON. */
export const jsonName = (message: string, field: string): string => otherNames[message]?.[field] ?? field;

/** Embedded structs: a message of their own on the wire, part of their holder in JSON. By holder and field. */
const inlineFields: Readonly<Record<string, readonly string[]>> = {
  volumeSource: ["Volume"],
  persistentVolumeSource: ["PersistentVolumeSpec"],
  handler: ["Probe"],
  ephemeralContainerCommon: ["EphemeralContainer"],
  ingressRuleValue: ["IngressRule"],
  rule: ["RuleWithOperations"],
  ruleWithOperations: ["NamedRuleWithOperations"],
  deviceConfiguration: [
    "DeviceClassConfiguration",
    "DeviceClaimConfiguration",
    "DeviceAllocationConfiguration",
  ],
  localObjectReference: [
    "SecretProjection",
    "ConfigMapProjection",
    "ConfigMapVolumeSource",
    "ConfigMapKeySelector",
    "SecretKeySelector",
    "ConfigMapEnvSource",
    "SecretEnvSource",
  ],
};

/** `message`: such as `core.v1.Volume`. */
export function isInline(message: string, field: string): boolean {
  const holders = Object.hasOwn(inlineFields, field) ? inlineFields[field] : undefined;
  return holders?.includes(message.slice(message.lastIndexOf(".") + 1)) ?? false;
}
