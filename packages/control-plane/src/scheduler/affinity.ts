/** Which boards a pod may or would like to be on, by labels and names of nodes. Pure. */
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isTermMet } from "../nodes/node-terms.ts";

const nobody = {};

/** nodeSelector and required node affinity. */
export function isWanted({ spec }: Pod, node: Node): boolean {
  const labels: Readonly<Record<string, string>> = node.metadata.labels ?? nobody;
  const { nodeSelector } = spec;
  if (
    nodeSelector !== undefined &&
    !Object.entries(nodeSelector).every(([key, value]) => labels[key] === value)
  )
    return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms.some((term) => isTermMet(term, node)) ?? true;
}

/** Sum of the weights of the preferences that the node meets. */
export const preference = ({ spec }: Pod, node: Node): number =>
  (spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    .filter(({ preference }) => isTermMet(preference, node))
    .reduce((sum, { weight }) => sum + weight, 0);

/**
 * The only boards that the pod may be on, when its required affinity names them one by one, as that of a DaemonSet's pods
 * does. Undefined: any.
 */
export function pinnedTo({ spec }: Pod): ReadonlySet<string> | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return undefined;
  const names = required.nodeSelectorTerms.map(({ matchFields = [] }) =>
    matchFields.find(({ key, operator }) => key === "metadata.name" && operator === "In"),
  );
  return names.some((field) => field === undefined)
    ? undefined
    : new Set(names.flatMap((field) => field?.values ?? []));
}
