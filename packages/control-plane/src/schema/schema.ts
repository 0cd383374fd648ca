/**
 * The schema of every type that the API knows, generated from Kubernetes' own models (see generate.ts).
 *
 * Loaded once, never changed. Texts for people (`kubectl explain`) are apart: only the OpenAPI documents need them.
 */
import generated from "./generated/types.json" with { type: "json" };
import { oldTypeNamed } from "./old-types.ts";

/** What a field holds. `$ref` is the name of a type, such as `io.k8s.api.core.v1.PodSpec`. */
export interface FieldSchema {
  readonly $ref?: string;
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly format?: string;
  readonly items?: FieldSchema;
  /** The values of a map. */
  readonly additionalProperties?: FieldSchema;
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: string;
  /** What server-side apply takes for a key of a list's item that is left out. */
  readonly default?: unknown;
  /** Anything may stand here besides what is declared. */
  readonly "x-kubernetes-preserve-unknown-fields"?: true;
}

export interface TypeSchema {
  readonly type?: string;
  readonly format?: string;
  readonly oneOf?: readonly { readonly type: string }[];
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly "x-kubernetes-map-type"?: string;
  /** Anything may stand here: RawExtension, FieldsV1. */
  readonly "x-kubernetes-preserve-unknown-fields"?: true;
}

/** How a kind's types are found by name: the generated ones, or those of a CustomResourceDefinition. */
export type TypeLookup = (name: string) => TypeSchema | undefined;

/** By name. In alphabetical order. */
export const types = generated as unknown as Readonly<Record<string, TypeSchema>>;

/** The generated types, and those of old. Undefined when no kind of the table uses such a type. */
export const typeNamed: TypeLookup = (name) =>
  Object.hasOwn(types, name) ? types[name] : oldTypeNamed(name);

/** The types that are leaves in JSON though they have names. */
export const leafType = {
  quantity: "io.k8s.apimachinery.pkg.api.resource.Quantity",
  intOrString: "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
  time: "io.k8s.apimachinery.pkg.apis.meta.v1.Time",
  microTime: "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime",
  rawExtension: "io.k8s.apimachinery.pkg.runtime.RawExtension",
  fieldsV1: "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1",
} as const;

/** The names of the types that a field refers to. */
export const refsIn = ({ $ref, items, additionalProperties }: FieldSchema): readonly string[] => [
  ...($ref === undefined ? [] : [$ref]),
  ...(items === undefined ? [] : refsIn(items)),
  ...(additionalProperties === undefined ? [] : refsIn(additionalProperties)),
];
