/** What a CustomResourceDefinition must be (apiextensions `validation/validation.go`). Pure. */
import type { CustomResourceDefinition } from "@kubus/shared/api/apiextensions.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dns1035Label, dnsSubdomain } from "../../../api/names.ts";
import { conditionOf } from "../../../apiextensions/conditions.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, each, validateChoice, validateImmutable, validateRequired, when } from "../../rules.ts";
import { validateNames } from "./validate-names.ts";
import { validateVersion } from "./validate-version.ts";

type Definition = Received<CustomResourceDefinition>;
type Spec = NonNullable<Definition["spec"]>;

export function validateDefinition(definition: CustomResourceDefinition): readonly Cause[] {
  const { spec = {}, metadata } = definition as Definition;
  const { group = "", names = {} } = spec;
  const name = `${names.plural ?? ""}.${group}`;
  return [
    ...when(
      metadata?.name !== name,
      cause.invalid("metadata.name", metadata?.name, 'must be spec.names.plural+"."+spec.group'),
    ),
    ...validateApproval(definition, group),
    ...validateGroup(group),
    ...validateChoice(spec.scope ?? "", ["Cluster", "Namespaced"], "spec.scope"),
    ...when(
      spec.preserveUnknownFields === true,
      cause.invalid("spec.preserveUnknownFields", true, "must be false"),
    ),
    ...validateVersions(spec),
    ...validateNames(names, "spec.names"),
    ...validateConversion(spec.conversion),
  ];
}

function validateGroup(group: string): readonly Cause[] {
  return [
    ...validateRequired(group, "spec.group"),
    ...(group === "" ? [] : checked(dnsSubdomain, group, "spec.group")),
    ...when(
      group !== "" && !group.includes("."),
      cause.invalid("spec.group", group, "should be a domain with at least one dot"),
    ),
  ];
}

const approvalKey = "api-approved.kubernetes.io";

/** Groups of the Kubernetes project are its own. */
function validateApproval({ metadata }: CustomResourceDefinition, group: string): readonly Cause[] {
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(group);
  const field = `metadata.annotations[${approvalKey}]`;
  const given = metadata.annotations?.[approvalKey] ?? "";
  if (!isProtected || /^unapproved/.test(given) || URL.canParse(given)) return [];
  return given === ""
    ? [
        cause.required(
          field,
          `protected groups must have approval annotation ${JSON.stringify(approvalKey)}, see https://github.com/kubernetes/enhancements/pull/1111`,
        ),
      ]
    : [
        cause.invalid(
          field,
          given,
          `protected groups must have approval annotation ${JSON.stringify(approvalKey)} with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`,
        ),
      ];
}

function validateVersions({ versions = [] }: Spec): readonly Cause[] {
  const field = "spec.versions";
  const names = versions.map(({ name = "" }) => name);
  const storages = versions.filter(({ storage }) => storage === true).length;
  return [
    ...each(versions, field, (version, at) => [
      ...checked(dns1035Label, version.name ?? "", `${at}.name`),
      ...validateVersion(version, at),
    ]),
    ...when(
      new Set(names).size !== names.length,
      cause.invalid(field, names, "must contain unique version names"),
    ),
    ...when(
      storages !== 1,
      cause.invalid(field, names, "must have exactly one version marked as storage version"),
    ),
  ];
}

function validateConversion(conversion: Spec["conversion"]): readonly Cause[] {
  const field = "spec.conversion";
  const { strategy = "", webhook } = conversion ?? {};
  const causes = validateChoice(strategy, ["None", "Webhook"], `${field}.strategy`);
  if (causes.length > 0) return causes;
  if (strategy === "Webhook")
    return [
      cause.forbidden(
        `${field}.strategy`,
        "this server does not convert through webhooks; use None and versions of one schema",
      ),
    ];
  return when(
    webhook !== undefined,
    cause.forbidden(`${field}.webhook`, "should not be set when strategy is not set to Webhook"),
  );
}

export function validateDefinitionUpdate(
  next: CustomResourceDefinition,
  previous: CustomResourceDefinition,
): readonly Cause[] {
  const isEstablished = conditionOf(previous, "Established")?.status === "True";
  return [
    ...validateImmutable(next.spec.group, previous.spec.group, "spec.group"),
    ...(isEstablished ? validateImmutable(next.spec.scope, previous.spec.scope, "spec.scope") : []),
    ...(isEstablished
      ? validateImmutable(next.spec.names.kind, previous.spec.names.kind, "spec.names.kind")
      : []),
    ...validateImmutable(next.spec.names.plural, previous.spec.names.plural, "spec.names.plural"),
    ...validateStoredVersions(next),
  ];
}

export const validateDefinitionStatus = (next: CustomResourceDefinition): readonly Cause[] =>
  validateStoredVersions(next);

/** What objects were stored as must stay known until none of them is. */
function validateStoredVersions({ spec, status }: CustomResourceDefinition): readonly Cause[] {
  const field = "status.storedVersions";
  const stored = status?.storedVersions ?? [];
  const storage = spec.versions.find((version) => version.storage)?.name ?? "";
  return [
    ...when(stored.length === 0, cause.invalid(field, stored, "must have at least one stored version")),
    ...each(stored, field, (name, at) =>
      when(
        spec.versions.every((version) => version.name !== name),
        cause.invalid(
          at,
          name,
          `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
        ),
      ),
    ),
    ...when(
      stored.length > 0 && !stored.includes(storage),
      cause.invalid(field, stored, `must have the storage version ${storage}`),
    ),
  ];
}
