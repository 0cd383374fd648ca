/** Which boards a pod may or would like to be on, by labels and names of nodes. Pure. */
import type { Node } from "@kubus/shared/api/node.ts";
import type { NodeSelectorRequirement, NodeSelectorTerm } from "@kubus/shared/api/affinity.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";

type Labels = Readonly<Record<string, string>>;

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

/** All requirements of a term must hold; a term without any is met by nobody. */
function isTermMet({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const fields = { "metadata.name": node.metadata.name };
  return (
    matchExpressions.every((one) => isMet(one, node.metadata.labels ?? {})) &&
    matchFields.every((one) => isMet(one, fields))
  );
}

function isMet({ key, operator, values = [] }: NodeSelectorRequirement, labels: Labels): boolean {
  const value = labels[key];
  const [bound = ""] = values;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(bound);
    case "Lt":
      return value !== undefined && Number(value) < Number(bound);
  }
}
