/** A pod's quality of service: who is squeezed first when a board runs out of memory. Pure. */
import type { Container, PodSpec } from "@kubus/shared/api/pod.ts";
import { parseQuantity } from "@kubus/shared/api/quantity.ts";

const counted = ["cpu", "memory"];

export function qosClassOf({
  containers,
  initContainers = [],
}: PodSpec): "Guaranteed" | "Burstable" | "BestEffort" {
  const all = [...containers, ...initContainers];
  if (all.every(asksForNothing)) return "BestEffort";
  return all.every(isGuaranteed) ? "Guaranteed" : "Burstable";
}

function asksForNothing({ resources = {} }: Container): boolean {
  const asked = [...Object.entries(resources.requests ?? {}), ...Object.entries(resources.limits ?? {})];
  return asked.every(
    ([resource, amount]) => !counted.includes(resource) || (parseQuantity(amount) ?? 0n) === 0n,
  );
}

function isGuaranteed({ resources = {} }: Container): boolean {
  return counted.every((resource) => {
    const limit = parseQuantity(resources.limits?.[resource] ?? "0") ?? 0n;
    const request = parseQuantity(resources.requests?.[resource] ?? "0") ?? 0n;
    return limit > 0n && request === limit;
  });
}
