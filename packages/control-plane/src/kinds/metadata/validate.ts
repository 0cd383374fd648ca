/**
 * The rules of metadata, the same for all kinds (apimachinery `api/validation/objectmeta.go`).
 */
import type { ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, labelValue, qualifiedName, type NameRule } from "../../api/names.ts";
import { cause } from "../causes.ts";
import type { Kind } from "../kind.ts";
import type { Received } from "../received.ts";
import { checked, checkedName, each, validateNotNegative, when } from "../rules.ts";

type Metadata = Received<ObjectMeta>;

interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly fieldsType?: string;
  readonly subresource?: string;
}

/** All annotations of an object together, keys and values. */
const annotationBytesMax = 256 * 1024;
const managerBytesMax = 128;
const subresourceBytesMax = 256;
const orphan = "orphan";
const foreground = "foregroundDeletion";
const plainFinalizers = ["kubernetes", orphan, foreground];

export function validateMetadata(
  metadata: Metadata,
  kind: Pick<Kind, "scope" | "nameRule" | "schema">,
): readonly Cause[] {
  return [
    ...validateName(metadata, kind.nameRule),
    ...validateNamespace(metadata, kind),
    ...validateNotNegative(metadata.generation, "metadata.generation"),
    ...validateLabels(metadata.labels, "metadata.labels"),
    ...validateAnnotations(metadata.annotations, "metadata.annotations"),
    ...validateOwners(metadata.ownerReferences ?? []),
    ...validateFinalizers(metadata.finalizers ?? []),
    ...validateManagedFields((metadata.managedFields ?? []) as readonly ManagedFields[]),
    ...(isBuiltIn(kind) ? each(metadata.finalizers, "metadata.finalizers", validateFinalizerWord) : []),
  ];
}

/** Kinds of our own; custom ones may name finalizers more freely. */
const isBuiltIn = ({ schema }: Pick<Kind, "schema">): boolean => schema.startsWith("io.k8s.api.");

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
  const prefix = nameRule(generateName.replace(/-$/, "a"));
  return [
    ...(generateName === "" || prefix === undefined
      ? []
      : [cause.invalid("metadata.generateName", generateName, prefix)]),
    ...(name === ""
      ? [cause.required("metadata.name", "name or generateName is required")]
      : checked(nameRule, name, "metadata.name")),
  ];
}

function validateNamespace({ namespace = "" }: Metadata, { scope }: Pick<Kind, "scope">): readonly Cause[] {
  if (scope === "Namespaced") return checkedName(dnsLabel, namespace, "metadata.namespace");
  return when(namespace !== "", cause.forbidden("metadata.namespace", "not allowed on this type"));
}

export function validateAnnotations(
  annotations: Received<Readonly<Record<string, string>>> | undefined,
  field: string,
): readonly Cause[] {
  const entries = Object.entries(annotations ?? {});
  const bytes = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value ?? ""), 0);
  return [
    ...entries.flatMap(([key]) => checked((name) => qualifiedName(name.toLowerCase()), key, field)),
    ...when(bytes > annotationBytesMax, cause.tooLong(field, annotationBytesMax)),
  ];
}

function validateOwners(owners: NonNullable<Metadata["ownerReferences"]>): readonly Cause[] {
  const field = "metadata.ownerReferences";
  const controllers = owners.filter(({ controller }) => controller === true);
  const [first, ...others] = controllers.map(({ kind = "", name = "" }) => `${kind}/${name}`);
  return [
    ...owners.flatMap((owner) => validateOwner(owner, field)),
    ...others.map((other) =>
      cause.invalid(
        field,
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${first ?? ""} and ${other}`,
      ),
    ),
  ];
}

function validateOwner(
  owner: NonNullable<Metadata["ownerReferences"]>[number],
  field: string,
): readonly Cause[] {
  const isEvent = owner.apiVersion === "v1" && owner.kind === "Event";
  return [
    ...(["apiVersion", "kind", "name", "uid"] as const).flatMap((part) =>
      when(
        (owner[part] ?? "") === "",
        cause.invalid(
          `${field}.${part}`,
          "",
          part === "apiVersion" ? "version must not be empty" : "must not be empty",
        ),
      ),
    ),
    ...when(isEvent, cause.invalid(field, owner, "/v1, Kind=Event is disallowed from being an owner")),
  ];
}

function validateFinalizers(finalizers: readonly string[]): readonly Cause[] {
  const field = "metadata.finalizers";
  return [
    ...finalizers.flatMap((finalizer) => checked(qualifiedName, finalizer, field)),
    ...when(
      finalizers.includes(orphan) && finalizers.includes(foreground),
      cause.invalid(field, finalizers, `finalizer ${orphan} and ${foreground} cannot be both set`),
    ),
  ];
}

/** Whoever finalizes says whose they are, but for the few that Kubernetes has always had. */
export const validateFinalizerWord = (finalizer: string, field: string): readonly Cause[] =>
  when(
    !finalizer.includes("/") && !plainFinalizers.includes(finalizer),
    cause.invalid(field, finalizer, "name is neither a standard finalizer name nor is it fully qualified"),
  );

const validateManagedFields = (entries: readonly ManagedFields[]): readonly Cause[] =>
  each(entries, "metadata.managedFields", ({ operation, fieldsType, manager, subresource }, at) => [
    ...when(
      operation !== "Apply" && operation !== "Update",
      cause.invalid(`${at}.operation`, operation ?? "", "must be `Apply` or `Update`"),
    ),
    ...when(
      (fieldsType ?? "") !== "" && fieldsType !== "FieldsV1",
      cause.invalid(`${at}.fieldsType`, fieldsType, "must be `FieldsV1`"),
    ),
    ...when(byteLength(manager ?? "") > managerBytesMax, cause.tooLong(`${at}.manager`, managerBytesMax)),
    ...when(
      byteLength(subresource ?? "") > subresourceBytesMax,
      cause.tooLong(`${at}.subresource`, subresourceBytesMax),
    ),
  ]);

const byteLength = (text: string): number => Buffer.byteLength(text);
