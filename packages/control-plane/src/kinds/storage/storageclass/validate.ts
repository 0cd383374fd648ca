/** The rules of storage classes (storage validation). Pure. */
import { isDeepStrictEqual } from "node:util";
import type { StorageClass, TopologySelectorTerm } from "@kubus/shared/api/storage.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, each, validateChoice, validateImmutable, when } from "../../rules.ts";
import { validateParameters, validateProvisioner } from "../provisioning.ts";

const reclaimPolicies = ["Delete", "Retain"];
const bindingModes = ["Immediate", "WaitForFirstConsumer"];

export function validateStorageClass(storageClass: Received<StorageClass>): readonly Cause[] {
  const { provisioner, parameters, reclaimPolicy = "", volumeBindingMode = "" } = storageClass;
  return [
    ...validateProvisioner(provisioner, "provisioner"),
    ...validateParameters(parameters, "parameters"),
    ...validateChoice(reclaimPolicy, reclaimPolicies, "reclaimPolicy"),
    ...validateChoice(volumeBindingMode, bindingModes, "volumeBindingMode"),
    ...validateTopologies(storageClass.allowedTopologies ?? []),
  ];
}

/** What a volume was made with stays as it was. */
export function validateStorageClassUpdate(next: StorageClass, previous: StorageClass): readonly Cause[] {
  const fixed = (["parameters", "provisioner", "reclaimPolicy"] as const).filter(
    (field) => !isDeepStrictEqual(next[field], previous[field]),
  );
  return [
    ...fixed.map((field) => cause.forbidden(field, `updates to ${field} are forbidden.`)),
    ...validateImmutable(next.volumeBindingMode, previous.volumeBindingMode, "volumeBindingMode"),
  ];
}

type Term = Received<TopologySelectorTerm>;
type Expression = NonNullable<Term["matchLabelExpressions"]>[number];

const validateTopologies = (terms: readonly Term[]): readonly Cause[] =>
  each(terms, "allowedTopologies", ({ matchLabelExpressions = [] }, at, i) => [
    ...each(matchLabelExpressions, `${at}.matchLabelExpressions`, (expression, field, k) =>
      validateExpression(expression, field, matchLabelExpressions.slice(0, k)),
    ),
    ...when(
      terms.slice(0, i).some((earlier) => isDeepStrictEqual(meaningOf(earlier), meaningOf(terms[i] ?? {}))),
      cause.duplicate(`${at}.matchLabelExpressions`, ""),
    ),
  ]);

function validateExpression(
  { key = "", values = [] }: Expression,
  field: string,
  earlier: readonly Expression[],
): readonly Cause[] {
  return [
    ...when(values.length === 0, cause.required(`${field}.values`)),
    ...each(values, `${field}.values`, (value, at, i) =>
      when(values.indexOf(value) < i, cause.duplicate(at, value)),
    ),
    ...checked(qualifiedName, key, `${field}.key`),
    ...when(
      earlier.some((other) => other.key === key),
      cause.duplicate(`${field}.key`, key),
    ),
  ];
}

/** Two terms mean the same in whatever order they say it. */
const meaningOf = ({ matchLabelExpressions = [] }: Term): object =>
  Object.fromEntries(
    matchLabelExpressions
      .map(({ key = "", values = [] }) => [key, [...new Set(values)].sort()] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
