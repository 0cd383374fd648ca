/** The rules of what containers ask for and get at most: names, amounts, requests within limits. Pure. */
import type { PodSpec, ResourceRequirements } from "@kubus/shared/api/pod.ts";
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checkedIfSaid, each, when } from "../../rules.ts";
import {
  allowsOvercommit,
  compareAmounts,
  entriesOf,
  isHugePages,
  shownAmount,
  validateAmount,
  validateContainerResourceName,
  validateResourceName,
  type Amounts,
  type ResourceRule,
} from "../quantities.ts";

type Requirements = Received<ResourceRequirements>;

export interface ResourcePlace {
  /** Names of the pod's `resourceClaims`. */
  readonly claims: readonly string[];
}

export const validateResources = (
  requirements: Requirements,
  field: string,
  { claims }: ResourcePlace,
): readonly Cause[] => [
  ...validateRequirements(requirements, field, validateContainerResourceName),
  ...validateClaims(requirements.claims, claims, `${field}.claims`),
];

function validateRequirements(
  { limits, requests }: Requirements,
  field: string,
  nameRule: ResourceRule,
): readonly Cause[] {
  const names = [...Object.keys(limits ?? {}), ...Object.keys(requests ?? {})];
  const isComputeMissing = !names.includes("cpu") && !names.includes("memory");
  return [
    ...validateList(limits, `${field}.limits`, nameRule),
    ...entriesOf(requests).flatMap(([resource, amount]) => [
      ...validateList({ [resource]: amount }, `${field}.requests`, nameRule, () =>
        validateWithin(resource, amount, limits, field),
      ),
    ]),
    ...when(
      names.some(isHugePages) && isComputeMissing,
      cause.forbidden(field, "HugePages require cpu or memory"),
    ),
  ];
}

/** `between`: what is said before huge pages are counted. */
const validateList = (
  amounts: Amounts | undefined,
  field: string,
  nameRule: ResourceRule,
  between: () => readonly Cause[] = () => [],
): readonly Cause[] =>
  entriesOf(amounts).flatMap(([resource, amount]) => {
    const at = `${field}[${resource}]`;
    return [
      ...nameRule(resource, at),
      ...validateAmount(resource, amount, at),
      ...between(),
      ...validateHugePages(resource, amount, at),
    ];
  });

function validateWithin(
  resource: string,
  amount: string | number,
  limits: Amounts | undefined,
  field: string,
): readonly Cause[] {
  const limit = limits?.[resource];
  const mayDiffer = allowsOvercommit(resource);
  if (limit === undefined) {
    const why = "Limit must be set for non overcommitable resources";
    return when(!mayDiffer, cause.required(`${field}.limits`, why));
  }
  const order = compareAmounts(amount, limit);
  const wrong = (how: string) =>
    cause.invalid(
      `${field}.requests`,
      shownAmount(amount),
      `must be ${how} ${resource} limit of ${shownAmount(limit)}`,
    );
  if (!mayDiffer) return when(order !== 0, wrong("equal to"));
  return when(order > 0, wrong("less than or equal to"));
}

/** Whole pages only. */
function validateHugePages(resource: string, amount: string | number, field: string): readonly Cause[] {
  if (!isHugePages(resource)) return [];
  const page = parseQuantity(resource.slice("hugepages-".length)) ?? 0n;
  const bytes = parseQuantity(amount) ?? 0n;
  const why = `${shownAmount(amount)} is not positive integer multiple of ${resource}`;
  return when(page <= 0n || bytes % page !== 0n, cause.invalid(field, shownAmount(amount), why));
}

function validateClaims(
  claims: Requirements["claims"],
  known: readonly string[],
  field: string,
): readonly Cause[] {
  const seen = new Set<string>();
  const list = known.length === 0 ? " which is empty" : `: ${[...known].sort().join(", ")}`;
  return each(claims, field, ({ name = "", request = "" }, at) => {
    if (name === "") return [cause.required(at)];
    const key = request === "" ? name : `${name}/${request}`;
    const overlaps = request === "" ? [...seen].filter((other) => other.startsWith(`${name}/`)) : [];
    const repeated = seen.has(name) ? [name] : seen.has(key) ? [key] : overlaps.map(() => name);
    const wrongRequest = seen.has(name) ? [] : checkedIfSaid(dnsLabel, request, `${at}.request`);
    seen.add(key);
    const notFound = cause.notFound(at, name);
    const where = `must be one of the names in pod.spec.resourceClaims${list}`;
    return [
      ...wrongRequest,
      ...repeated.map((value) => cause.duplicate(at, value)),
      ...when(!known.includes(name), { ...notFound, message: `${notFound.message}: ${where}` }),
    ];
  });
}

const podResources = ["cpu", "hugepages-", "memory"];

const validatePodResourceName: ResourceRule = (resource, field) => {
  const wrong = validateResourceName(resource, field);
  if (wrong.length > 0) return wrong;
  const isKnown = podResources.includes(resource) || isHugePages(resource);
  return when(!isKnown, cause.notSupported(field, resource, podResources));
};

/** What all containers of a pod together ask for and get at most. */
export function validatePodResources(
  { resources, containers }: Received<PodSpec>,
  field: string,
): readonly Cause[] {
  if (resources === undefined) return [];
  const at = `${field}.resources`;
  return [
    ...when(
      resources.claims !== undefined,
      cause.forbidden(`${at}.claims`, "claims cannot be set for Resources at pod-level"),
    ),
    ...validateRequirements(resources, at, validatePodResourceName),
    ...each(containers, `${at}.containers`, (container, containerAt) =>
      entriesOf(container.resources?.limits).flatMap(([resource, limit]) => {
        const most = resources.limits?.[resource];
        return most === undefined || compareAmounts(limit, most) <= 0
          ? []
          : [
              cause.invalid(
                `${containerAt}[${resource}].limits`,
                shownAmount(limit),
                `must be less than or equal to pod limits of ${shownAmount(most)}`,
              ),
            ];
      }),
    ),
  ];
}
