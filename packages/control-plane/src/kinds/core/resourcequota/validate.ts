/** The rules of resource quotas (core validation): what can be limited, and for which objects. Pure. */
import type { ResourceQuota, ScopedResourceSelectorRequirement } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { when } from "../../rules.ts";
import { isStandardQuotaResource, validateAmounts, validateQuotaResourceName } from "../quantities.ts";

type Spec = Received<ResourceQuota["spec"]>;

const onlyExists = [
  "BestEffort",
  "CrossNamespacePodAffinity",
  "NotBestEffort",
  "NotTerminating",
  "Terminating",
];
const scopeNames = [...onlyExists, "PriorityClass"];
const opposites = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;
const computeResources = ["cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];

export function validateResourceQuota({ spec = {}, status }: Received<ResourceQuota>): readonly Cause[] {
  return [
    ...validateAmounts(spec.hard, "spec.hard", validateQuotaResourceName),
    ...validateScopes(spec),
    ...validateSelector(spec),
    ...validateUsage(status),
  ];
}

export const validateResourceQuotaStatus = ({ status }: Received<ResourceQuota>): readonly Cause[] =>
  validateUsage(status);

export function validateResourceQuotaUpdate(
  next: Received<ResourceQuota>,
  previous: Received<ResourceQuota>,
): readonly Cause[] {
  const [after, before] = [new Set(next.spec?.scopes), new Set(previous.spec?.scopes)];
  const isSame = after.size === before.size && [...after].every((scope) => before.has(scope));
  return when(!isSame, cause.invalid("spec.scopes", next.spec?.scopes ?? [], "field is immutable"));
}

const validateUsage = (status: Received<ResourceQuota["status"]>): readonly Cause[] => [
  ...validateAmounts(status?.hard, "status.hard", validateQuotaResourceName),
  ...validateAmounts(status?.used, "status.used", validateQuotaResourceName),
];

function validateScopes({ hard = {}, scopes = [] }: Spec): readonly Cause[] {
  const field = "spec.scopes";
  const wrong = (why: string) => cause.invalid(field, scopes, why);
  return [
    ...scopes.flatMap((scope) => [
      ...when(!scopeNames.includes(scope), wrong("unsupported scope")),
      ...unfit(scope, hard).map(() => wrong("unsupported scope applied to resource")),
    ]),
    ...conflicts(scopes).map(() => wrong("conflicting scopes")),
  ];
}

function validateSelector({ hard = {}, scopes = [], scopeSelector }: Spec): readonly Cause[] {
  const field = "spec.scopeSelector.matchExpressions";
  const requirements = scopeSelector?.matchExpressions ?? [];
  return [
    ...requirements.flatMap((requirement) => {
      const { scopeName = "" } = requirement;
      return [
        ...when(
          !scopeNames.includes(scopeName),
          cause.invalid(`${field}.scopeName`, scopeName, "unsupported scope"),
        ),
        ...unfit(scopeName, hard).map(() =>
          cause.invalid(field, scopeSelector, "unsupported scope applied to resource"),
        ),
        ...validateRequirement(requirement, field),
      ];
    }),
    ...conflicts(requirements.map(({ scopeName = "" }) => scopeName)).map(() =>
      cause.invalid(field, scopes, "conflicting scopes"),
    ),
  ];
}

function validateRequirement(
  { scopeName = "", operator = "", values = [] }: Received<ScopedResourceSelectorRequirement>,
  field: string,
): readonly Cause[] {
  const needsValues = operator === "In" || operator === "NotIn";
  const isKnown = needsValues || operator === "Exists" || operator === "DoesNotExist";
  return [
    ...when(
      onlyExists.includes(scopeName) && operator !== "Exists",
      cause.invalid(
        `${field}.operator`,
        operator,
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      ),
    ),
    ...when(
      needsValues && values.length === 0,
      cause.required(
        `${field}.values`,
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      ),
    ),
    ...when(
      isKnown && !needsValues && values.length > 0,
      cause.invalid(
        `${field}.values`,
        values,
        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
      ),
    ),
    ...when(!isKnown, cause.invalid(`${field}.operator`, operator, "not a valid selector operator")),
  ];
}

/** The limited resources to which a scope says nothing: scopes choose pods. */
function unfit(scope: string, hard: object): readonly string[] {
  if (!scopeNames.includes(scope)) return [];
  const fits = scope === "BestEffort" ? ["pods"] : ["pods", ...computeResources];
  return Object.keys(hard)
    .sort()
    .filter((resource) => isStandardQuotaResource(resource) && !fits.includes(resource));
}

const conflicts = (scopes: readonly string[]) =>
  opposites.filter(([one, other]) => scopes.includes(one) && scopes.includes(other));
