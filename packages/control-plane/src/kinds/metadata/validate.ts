/**
 * The rules of metadata, the same for all kinds (apimachinery `api/validation/objectmeta.go`).
 */
import type { ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { labelValue, qualifiedName, type NameRule } from "../../api/names.ts";
import { cause } from "../causes.ts";
import type { Kind } from "../kind.ts";
import type { Received } from "../received.ts";

type Metadata = Received<ObjectMeta & { readonly generateName: string }>;

/** All annotations of an object together, keys and values. */
const annotationBytesMax = 256 * 1024;

export function validateMetadata(
  metadata: Metadata,
  { scope, nameRule }: Pick<Kind, "scope" | "nameRule">,
): readonly Cause[] {
  return [
    ...validateName(metadata, nameRule),
    ...(scope === "Namespaced" && (metadata.namespace ?? "") === ""
      ? [cause.required("metadata.namespace")]
      : []),
    ...validateLabels(metadata.labels, "metadata.labels"),
    ...validateAnnotations(metadata.annotations, "metadata.annotations"),
    ...validateOwners(metadata.ownerReferences ?? []),
    ...(metadata.finalizers ?? []).flatMap((finalizer, i) =>
      checked(qualifiedName, finalizer, `metadata.finalizers[${i}]`),
    ),
  ];
}

export function validateMetadataUpdate(next: Metadata, previous: Metadata): readonly Cause[] {
  const immutable = (["name", "namespace", "uid", "creationTimestamp"] as const).filter(
    (field) => next[field] !== previous[field],
  );
  const isDeleting = previous.deletionTimestamp !== undefined;
  const added = (next.finalizers ?? []).filter(
    (finalizer) => !(previous.finalizers ?? []).includes(finalizer),
  );
  return [
    ...immutable.map((field) => cause.invalid(`metadata.${field}`, next[field], "field is immutable")),
    ...(isDeleting && added.length > 0
      ? [
          cause.forbidden(
            "metadata.finalizers",
            `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(", ")}}`,
          ),
        ]
      : []),
  ];
}

export function validateLabels(
  labels: Received<Readonly<Record<string, string>>> | undefined,
  field: string,
): readonly Cause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...checked(qualifiedName, key, field),
    ...checked(labelValue, value ?? "", field),
  ]);
}

function validateName({ name = "", generateName = "" }: Metadata, nameRule: NameRule): readonly Cause[] {
  // A generated name ends in letters, so a prefix may end in a dash.
  const prefix =
    generateName === "" ? [] : checked(nameRule, generateName.replace(/-$/, "a"), "metadata.generateName");
  if (name === "") return [...prefix, cause.required("metadata.name", "name or generateName is required")];
  return [...prefix, ...checked(nameRule, name, "metadata.name")];
}

function validateAnnotations(
  annotations: Received<Readonly<Record<string, string>>> | undefined,
  field: string,
): readonly Cause[] {
  const entries = Object.entries(annotations ?? {});
  const bytes = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value ?? ""), 0);
  return [
    ...entries.flatMap(([key]) => checked((name) => qualifiedName(name.toLowerCase()), key, field)),
    ...(bytes > annotationBytesMax ? [cause.tooLong(field, annotationBytesMax)] : []),
  ];
}

function validateOwners(owners: NonNullable<Metadata["ownerReferences"]>): readonly Cause[] {
  const controllers = owners.filter(({ controller }) => controller === true);
  return [
    ...owners.flatMap((owner, i) =>
      (["apiVersion", "kind", "name", "uid"] as const)
        .filter((part) => (owner[part] ?? "") === "")
        .map((part) =>
          cause.invalid(`metadata.ownerReferences[${i}].${part}`, "", `${part} must not be empty`),
        ),
    ),
    ...(controllers.length > 1
      ? [
          cause.invalid(
            "metadata.ownerReferences",
            owners,
            `Only one reference can have Controller set to true. Found "true" in references for ${controllers.map(({ kind, name }) => `${kind ?? ""}/${name ?? ""}`).join(" and ")}`,
          ),
        ]
      : []),
  ];
}

const checked = (rule: NameRule, value: string, field: string): readonly Cause[] => {
  const wrong = rule(value);
  return wrong === undefined ? [] : [cause.invalid(field, value, wrong)];
};

const byteLength = (text: string): number => new TextEncoder().encode(text).length;
