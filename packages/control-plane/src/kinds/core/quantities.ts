/** Rules of amounts of resources, and of the names that resources may have. Pure. */
import { canonicalQuantity, parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { qualifiedName } from "../../api/names.ts";
import { cause } from "../causes.ts";
import { when } from "../rules.ts";

/** As a client may send it. */
export type Amounts = Readonly<Record<string, string | number | undefined>>;
export type ResourceRule = (resource: string, field: string) => readonly Cause[];

const wrongQuantity =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const one = 1_000_000_000n;

const counted = [
  "configmaps",
  "persistentvolumeclaims",
  "pods",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
  "services.loadbalancers",
  "services.nodeports",
];
const containerResources = ["cpu", "ephemeral-storage", "memory"];
const quotaResources = [
  ...counted,
  ...["", "requests.", "limits."].flatMap((prefix) => containerResources.map((name) => prefix + name)),
  "requests.storage",
];
const standardResources = [...quotaResources, "storage"];

export const isHugePages = (resource: string): boolean => resource.startsWith("hugepages-");
const isQuotaHugePages = (resource: string): boolean => /^(requests\.)?hugepages-/.test(resource);

/** Resources that Kubernetes itself knows. */
export const isNative = (resource: string): boolean =>
  !resource.includes("/") || resource.includes("kubernetes.io/");

/** Resources that devices bring, such as `example.com/gpu`. */
export const isExtended = (resource: string): boolean =>
  !isNative(resource) &&
  !resource.startsWith("requests.") &&
  qualifiedName(`requests.${resource}`) === undefined;

/** Whether more may be promised than there is. */
export const allowsOvercommit = (resource: string): boolean => isNative(resource) && !isHugePages(resource);

export const isStandardQuotaResource = (resource: string): boolean =>
  quotaResources.includes(resource) || isQuotaHugePages(resource);

/** The name of any resource. */
export function validateResourceName(resource: string, field: string): readonly Cause[] {
  const wrong = qualifiedName(resource);
  if (wrong !== undefined) return [cause.invalid(field, resource, wrong)];
  const isKnown =
    resource.includes("/") || standardResources.includes(resource) || isQuotaHugePages(resource);
  return when(
    !isKnown,
    cause.invalid(field, resource, "must be a standard resource type or fully qualified"),
  );
}

/** The name of a resource that a container may ask for. */
export function validateContainerResourceName(resource: string, field: string): readonly Cause[] {
  const wrong = validateResourceName(resource, field);
  if (!resource.includes("/")) {
    const isKnown = containerResources.includes(resource) || isHugePages(resource);
    const why = "must be a standard resource for containers";
    return [...wrong, ...when(!isKnown, cause.invalid(field, resource, why))];
  }
  const isOdd = !isNative(resource) && !isExtended(resource);
  const why = "doesn't follow extended resource name standard";
  return [...wrong, ...when(isOdd, cause.invalid(field, resource, why))];
}

/** The name of a resource that a quota may limit. */
export const validateQuotaResourceName: ResourceRule = (resource, field) => [
  ...validateResourceName(resource, field),
  ...when(
    !resource.includes("/") && !isStandardQuotaResource(resource),
    cause.invalid(field, resource, "must be a standard resource for quota"),
  ),
];

/** An amount: a quantity, not negative, whole where things are counted. */
export function validateAmount(resource: string, amount: string | number, field: string): readonly Cause[] {
  const billionths = parseQuantity(amount);
  if (billionths === undefined) return [cause.invalid(field, amount, wrongQuantity)];
  const shown = canonicalQuantity(amount);
  return [
    ...when(billionths < 0n, cause.invalid(field, shown, "must be greater than or equal to 0")),
    ...when(
      (counted.includes(resource) || isExtended(resource)) && billionths % one !== 0n,
      cause.invalid(field, shown, "must be an integer"),
    ),
  ];
}

export function validatePositiveAmount(amount: string | number, field: string): readonly Cause[] {
  const billionths = parseQuantity(amount);
  if (billionths === undefined) return [cause.invalid(field, amount, wrongQuantity)];
  return when(billionths <= 0n, cause.invalid(field, canonicalQuantity(amount), "must be greater than zero"));
}

/** Names and amounts of a list of resources. */
export const validateAmounts = (
  amounts: Amounts | undefined,
  field: string,
  nameRule: ResourceRule,
): readonly Cause[] =>
  entriesOf(amounts).flatMap(([resource, amount]) => [
    ...nameRule(resource, `${field}[${resource}]`),
    ...validateAmount(resource, amount, `${field}[${resource}]`),
  ]);

/** The amounts that are there. */
export const entriesOf = (amounts: Amounts | undefined): readonly (readonly [string, string | number])[] =>
  Object.entries(amounts ?? {}).map(([resource, amount = "0"]) => [resource, amount] as const);

/** Less than 0, 0 or more; 0 also where one of them is no quantity. */
export function compareAmounts(a: string | number, b: string | number): number {
  const [first, second] = [parseQuantity(a), parseQuantity(b)];
  if (first === undefined || second === undefined || first === second) return 0;
  return first < second ? -1 : 1;
}

/** As Kubernetes writes the amount. */
export const shownAmount = (amount: string | number): string => canonicalQuantity(amount) ?? String(amount);
