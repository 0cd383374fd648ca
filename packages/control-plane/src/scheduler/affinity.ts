/** Which boards a pod may or would like to be on, by labels and names of nodes. Pure. */
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isTermMet } from "../nodes/node-terms.ts";

/** nodeSelector and required node affinity. */
export function isWanted({ spec }: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  const isSelected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return isSelected && (required?.nodeSelectorTerms.some((term) => isTermMet(term, node)) ?? true);
}

/** Sum of the weights of the preferences that the node meets. */
export const preference = ({ spec }: Pod, node: Node): number =>
  (spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    .filter(({ preference }) => isTermMet(preference, node))
    .reduce((sum, { weight }) => sum + weight, 0);
