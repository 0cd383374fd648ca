/** Which objects a workload's selector means. An empty one means none: the API forbids it, and it must never mean all. Pure. */
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import { labelQueryOf, matchesLabels } from "../../api/selectors.ts";

export function selects(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const query = labelQueryOf(selector);
  return query.length > 0 && matchesLabels(query, labels);
}
