/** The rules of priority classes (scheduling validation). Pure. */
import type { PriorityClass } from "@kubus/shared/api/scheduling.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { validateImmutable, when } from "../../rules.ts";

/** Above this, pods are the system's own. */
const userPriorityMax = 1_000_000_000;

const systemPrefix = "system-";

/** The classes of what the cluster cannot do without. They are the only ones with this prefix. */
export const systemPriorityClasses = {
  "system-cluster-critical": {
    value: 2 * userPriorityMax,
    description:
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  },
  "system-node-critical": {
    value: 2 * userPriorityMax + 1_000,
    description: "Used for system critical pods that must not be moved from their current node.",
  },
} as const satisfies Readonly<Record<string, { readonly value: number; readonly description: string }>>;

type SystemName = keyof typeof systemPriorityClasses;
const isSystemName = (name: string): name is SystemName => Object.hasOwn(systemPriorityClasses, name);

const policies = ["PreemptLowerPriority", "Never"];

export function validatePriorityClass(priorityClass: Received<PriorityClass>): readonly Cause[] {
  const { metadata, value = 0, preemptionPolicy: policy } = priorityClass;
  const { name = "" } = metadata ?? {};
  return [
    ...(name.startsWith(systemPrefix)
      ? validateSystemClass(name, priorityClass)
      : when(
          value > userPriorityMax,
          cause.forbidden("value", `maximum allowed value of a user defined priority is ${userPriorityMax}`),
        )),
    ...when(policy === "", cause.required("preemptionPolicy")),
    ...when(
      policy !== undefined && policy !== "" && !policies.includes(policy),
      cause.notSupportedInOrder("preemptionPolicy", policy, policies),
    ),
  ];
}

function validateSystemClass(
  name: string,
  { value = 0, globalDefault = false }: Received<PriorityClass>,
): readonly Cause[] {
  const problem = systemProblem(name, value, globalDefault);
  return when(
    problem !== undefined,
    cause.forbidden(
      "metadata.name",
      `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: ${problem ?? ""}`,
    ),
  );
}

function systemProblem(name: string, value: number, isDefault: boolean): string | undefined {
  if (!isSystemName(name)) return `${name} is not a known system priority class`;
  const known = systemPriorityClasses[name];
  if (value !== known.value) return `value of ${name} PriorityClass must be ${known.value}`;
  return isDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

/** Pods have the number of their class since they were made, so a class keeps it. */
export const validatePriorityClassUpdate = (
  next: PriorityClass,
  previous: PriorityClass,
): readonly Cause[] => [
  ...when(
    (next.value ?? 0) !== (previous.value ?? 0),
    cause.forbidden("value", "may not be changed in an update."),
  ),
  ...validateImmutable(next.preemptionPolicy, previous.preemptionPolicy, "preemptionPolicy"),
];
