/** Requests and limits of pods as cgroups want them. Pure. */
import { milliValue, quantityValue } from "@kubus/shared/api/quantity.ts";
import type { Container, PodSpec } from "@kubus/shared/api/pod.ts";
import { podPidsMax } from "../limits.ts";
import type { ResourceLimits } from "../ports/runtime.ts";

/** The smallest share that cgroups take. */
const sharesMin = 2;
const sharesPerCore = 1_024;

type Amount = (container: Container) => number | undefined;

const cpuRequest: Amount = ({ resources }) => {
  const text = resources?.requests?.cpu ?? resources?.limits?.cpu;
  return text === undefined ? undefined : milliValue(text);
};
const cpuLimit: Amount = ({ resources }) =>
  resources?.limits?.cpu === undefined ? undefined : milliValue(resources.limits.cpu);
const memoryLimit: Amount = ({ resources }) =>
  resources?.limits?.memory === undefined ? undefined : quantityValue(resources.limits.memory);

const sharesOf = (millis: number | undefined) =>
  Math.max(sharesMin, Math.floor(((millis ?? 0) * sharesPerCore) / 1_000));

export const containerLimits = (container: Container): ResourceLimits => ({
  cpuShares: sharesOf(cpuRequest(container)),
  ...optional("cpuMillisMax", cpuLimit(container)),
  ...optional("memoryBytesMax", memoryLimit(container)),
});

/** The pod's own group: its containers together; a maximum only where every container has one. */
export function podLimits({ containers, initContainers = [] }: PodSpec): ResourceLimits {
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === "Always");
  const once = initContainers.filter(({ restartPolicy }) => restartPolicy !== "Always");
  const together = [...containers, ...sidecars];
  const total = (amount: Amount) => {
    const amounts = together.map(amount);
    if (amounts.includes(undefined) || once.some((container) => amount(container) === undefined))
      return undefined;
    const sum = amounts.reduce<number>((all, one) => all + (one ?? 0), 0);
    return Math.max(sum, ...once.map((container) => amount(container) ?? 0));
  };
  const requested = together.reduce((all, container) => all + (cpuRequest(container) ?? 0), 0);
  return {
    cpuShares: sharesOf(requested),
    pidsMax: podPidsMax,
    ...optional("cpuMillisMax", total(cpuLimit)),
    ...optional("memoryBytesMax", total(memoryLimit)),
  };
}

export type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

/** Kubernetes' rule: limits equal to requests for all, some, or none. */
export function qosOf({ containers, initContainers = [] }: PodSpec): QosClass {
  const all = [...containers, ...initContainers];
  const names = ["cpu", "memory"] as const;
  const nonZero = (text: string | undefined) => text !== undefined && milliValue(text) > 0;
  const asksNothing = all.every(({ resources }) =>
    names.every((name) => !nonZero(resources?.requests?.[name]) && !nonZero(resources?.limits?.[name])),
  );
  if (asksNothing) return "BestEffort";
  const isExact = all.every(({ resources }) =>
    names.every((name) => {
      const limit = resources?.limits?.[name];
      const request = resources?.requests?.[name] ?? limit;
      return nonZero(limit) && request !== undefined && milliValue(request) === milliValue(limit ?? "0");
    }),
  );
  return isExact ? "Guaranteed" : "Burstable";
}

function optional<Name extends string>(name: Name, value: number | undefined): Partial<Record<Name, number>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, number>);
}
