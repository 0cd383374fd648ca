/** The rules of a service's addresses in the cluster, and of what may become of them (core validation). Pure. */
import type { Service } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { each, validateChoiceIfSaid, when } from "../../rules.ts";
import { validateAddress } from "../../validate-address.ts";
import { familyOf, isDualStack } from "../families.ts";
import { isBalanced, isHeadless, needsHealthCheck, type ServiceSpec } from "./needs.ts";

const field = "spec.clusterIPs";
const familyNames = ["IPv4", "IPv6"];
const familyPolicies = ["PreferDualStack", "RequireDualStack", "SingleStack"];

export function validateClusterIps(spec: ServiceSpec): readonly Cause[] {
  if (spec.type === "ExternalName") return [];
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const wrong = clusterIPs.flatMap((ip, i) => {
    if (i > 0 || ip !== "None") return validateAddress(ip, `${field}[${i}]`);
    const why = "'None' must be the first and only value";
    return when(clusterIPs.length > 1, cause.invalid(field, clusterIPs, why));
  });
  return [
    ...validateFirst(spec),
    ...each(ipFamilies, "spec.ipFamilies", (family, at, index) => [
      ...when(!familyNames.includes(family), cause.notSupported(at, family, familyNames)),
      ...when(ipFamilies.indexOf(family) < index, cause.duplicate(at, family)),
    ]),
    ...validateChoiceIfSaid(ipFamilyPolicy, familyPolicies, "spec.ipFamilyPolicy"),
    ...wrong,
    ...when(clusterIPs.length > 2, cause.invalid(field, clusterIPs, "may only hold up to 2 values")),
    ...(wrong.length > 0 ? [] : validateTogether(spec)),
  ];
}

/** `clusterIP` is the first of `clusterIPs`. */
function validateFirst({ clusterIP = "", clusterIPs = [] }: ServiceSpec): readonly Cause[] {
  if (clusterIP === "") {
    const why = "must be empty when `clusterIP` is not specified";
    return when(clusterIPs.length > 0, cause.invalid(field, clusterIPs, why));
  }
  if (clusterIPs.length === 0) return [cause.required(field)];
  const why = "first value must match `clusterIP`";
  return when(clusterIPs[0] !== clusterIP, cause.invalid(field, clusterIPs, why));
}

function validateTogether(spec: ServiceSpec): readonly Cause[] {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  const why = "may specify no more than one IP for each IP family";
  return [
    ...when(clusterIPs.length > 1 && !isDualStack(clusterIPs), cause.invalid(field, clusterIPs, why)),
    ...each(isHeadless(spec) ? [] : clusterIPs, field, (ip, at, index) => {
      const family = ipFamilies[index];
      const isOther =
        family !== undefined && familyNames.includes(family) && `IPv${familyOf(ip) ?? ""}` !== family;
      const expected = `expected an ${family ?? ""} value as indicated by \`ipFamilies[${index}]\``;
      return when(isOther, cause.invalid(at, ip, expected));
    }),
  ];
}

/** What was given stays: only a second address, with its family, may come and go. */
export function validateServiceUpdate(
  { spec: next }: Service,
  { spec: previous }: Service,
): readonly Cause[] {
  const isOutside = next.type === "ExternalName" || previous.type === "ExternalName";
  const [isNow, was] = [isHeadless(next), isHeadless(previous)];
  return [
    ...(isOutside || (isNow && was) ? [] : validateAddressesKept(next, previous)),
    ...(isOutside || isNow || isNow !== was ? [] : validateFamiliesKept(next, previous)),
    ...when(
      isBalanced(next) && isBalanced(previous) && next.loadBalancerClass !== previous.loadBalancerClass,
      cause.invalid("spec.loadBalancerClass", next.loadBalancerClass, "may not change once set"),
    ),
    ...when(
      needsHealthCheck(next) &&
        needsHealthCheck(previous) &&
        (next.healthCheckNodePort ?? 0) !== (previous.healthCheckNodePort ?? 0),
      cause.forbidden("spec.healthCheckNodePort", "field is immutable"),
    ),
  ];
}

type Spec = Service["spec"];

function validateAddressesKept(next: Spec, previous: Spec): readonly Cause[] {
  const [after, before] = [next.clusterIPs ?? [], previous.clusterIPs ?? []];
  const changed = (at: number) => cause.invalid(`${field}[${at}]`, after, "may not change once set");
  if (after.length === before.length) return before.flatMap((ip, i) => when(ip !== after[i], changed(i)));
  return [
    ...when(after.length === 0, cause.invalid(`${field}[0]`, after, "primary clusterIP can not be unset")),
    ...when(before.length > 0 && after.length > 0 && after[0] !== before[0], changed(0)),
    ...when(
      after.length === 1 && before.length > 1 && next.ipFamilyPolicy !== "SingleStack",
      cause.invalid(
        "spec.ipFamilyPolicy",
        next.ipFamilyPolicy,
        "must be set to 'SingleStack' when releasing the secondary clusterIP",
      ),
    ),
  ];
}

function validateFamiliesKept(next: Spec, previous: Spec): readonly Cause[] {
  const [after, before] = [next.ipFamilies ?? [], previous.ipFamilies ?? []];
  const changed = (value: unknown) => cause.invalid("spec.ipFamilies[0]", value, "may not change once set");
  if (after.length === before.length)
    return before.flatMap((family, i) => when(family !== after[i], changed(after)));
  return [
    ...when(before.length > 0 && after.length > 0 && after[0] !== before[0], changed(next.clusterIPs ?? [])),
    ...when(
      after.length === 1 && before.length > 1 && next.ipFamilyPolicy !== "SingleStack",
      cause.invalid(
        "spec.ipFamilyPolicy",
        next.ipFamilyPolicy,
        "must be set to 'SingleStack' when releasing the secondary ipFamily",
      ),
    ),
  ];
}
