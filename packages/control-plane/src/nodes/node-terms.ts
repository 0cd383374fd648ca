/** Whether a node is meant by a term of a node selector, as pods and volumes write them. Pure. */
import type { NodeSelectorRequirement, NodeSelectorTerm } from "@kubus/shared/api/affinity.ts";
import type { Node } from "@kubus/shared/api/node.ts";

type Labels = Readonly<Record<string, string>>;

/** All requirements of a term must hold; a term without any is met by nobody. */
export function isTermMet(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  node: Node,
): boolean {
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
