/** The rules of environment variables (core validation). Pure. */
import type { EnvFromSource, EnvVar } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { configKey, dnsSubdomain, environmentName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, checkedIfSaid, checkedName, each, when } from "../../rules.ts";
import { isThere } from "../volumes/one-source.ts";
import { environmentFieldPaths, validateFieldRef, validateResourceRef } from "./validate-downward.ts";

export const validateEnv = (
  variables: readonly Received<EnvVar>[] | undefined,
  field: string,
): readonly Cause[] =>
  each(variables, field, (variable, at) => [
    ...checkedName(environmentName, variable.name, `${at}.name`),
    ...validateValueFrom(variable, `${at}.valueFrom`),
  ]);

function validateValueFrom(
  { value = "", valueFrom: from }: Received<EnvVar>,
  field: string,
): readonly Cause[] {
  if (from === undefined) return [];
  const count = Object.values(from).filter(isThere).length;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = from;
  return [
    ...(fieldRef === undefined ? [] : validateFieldRef(fieldRef, environmentFieldPaths, `${field}.fieldRef`)),
    ...(resourceFieldRef === undefined
      ? []
      : validateResourceRef(resourceFieldRef, `${field}.resourceFieldRef`, false)),
    ...(configMapKeyRef === undefined ? [] : validateKeyRef(configMapKeyRef, `${field}.configMapKeyRef`)),
    ...(secretKeyRef === undefined ? [] : validateKeyRef(secretKeyRef, `${field}.secretKeyRef`)),
    ...whyNotOne(count, value !== "").map((why) => cause.invalid(field, "", why)),
  ];
}

function whyNotOne(count: number, hasValue: boolean): readonly string[] {
  if (count === 0)
    return ["must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"];
  if (hasValue) return ["may not be specified when `value` is not empty"];
  return count > 1 ? ["may not have more than one field specified at a time"] : [];
}

const validateKeyRef = (
  { name = "", key }: { readonly name?: string | undefined; readonly key?: string | undefined },
  field: string,
): readonly Cause[] => [
  ...checked(dnsSubdomain, name, `${field}.name`),
  ...checkedName(configKey, key, `${field}.key`),
];

/** That a source lacks its reference is said of the whole list, as Kubernetes does. */
export const validateEnvFrom = (
  sources: readonly Received<EnvFromSource>[] | undefined,
  field: string,
): readonly Cause[] =>
  each(sources, field, ({ prefix, configMapRef, secretRef }, at) => {
    const count = [configMapRef, secretRef].filter(isThere).length;
    return [
      ...checkedIfSaid(environmentName, prefix, `${at}.prefix`),
      ...validateRef(configMapRef, `${at}.configMapRef`),
      ...validateRef(secretRef, `${at}.secretRef`),
      ...when(count === 0, cause.invalid(field, "", "must specify one of: `configMapRef` or `secretRef`")),
      ...when(count > 1, cause.invalid(field, "", "may not have more than one field specified at a time")),
    ];
  });

const validateRef = (
  ref: { readonly name?: string | undefined } | undefined,
  field: string,
): readonly Cause[] => (ref === undefined ? [] : checkedName(dnsSubdomain, ref.name, `${field}.name`));
