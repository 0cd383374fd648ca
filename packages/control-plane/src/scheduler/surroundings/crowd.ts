/**
 * A crowd: the pods that a term of affinity or a spread constraint means. Pure.
 *
 * Two terms that mean the same pods have the same signature, so that a crowd is counted once however many ask for it.
 */
import type { LabelSelector, LabelSelectorRequirement } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { labelQueryOf, matchesLabels } from "../../api/selectors.ts";
import type { PodTerm } from "./pod-terms.ts";

export type Labels = Readonly<Record<string, string>>;

/** Labels of a namespace; undefined when there is none. */
export type NamespaceLabels = (namespace: string) => Labels | undefined;

export interface Crowd {
  readonly signature: string;
  readonly includes: (pod: Pod) => boolean;
}

/** The pods that a term of `owner` means. Without namespaces and their selector these are pods of its own namespace. */
export function crowdOf(term: PodTerm, owner: Pod, namespaceLabels: NamespaceLabels): Crowd {
  const { namespaces = [], namespaceSelector } = term;
  const own = owner.metadata.namespace ?? "";
  const named = namespaces.length === 0 && namespaceSelector === undefined ? [own] : namespaces;
  const selector = narrowed(term, owner);
  const query = labelQueryOf(selector);
  const places = namespaceSelector === undefined ? undefined : labelQueryOf(namespaceSelector);
  const isInReach = (namespace: string) =>
    named.includes(namespace) ||
    (places !== undefined && matchesLabels(places, namespaceLabels(namespace) ?? {}));
  return {
    signature: JSON.stringify(["near", named, namespaceSelector, selector]),
    includes: ({ metadata }) => matchesLabels(query, metadata.labels) && isInReach(metadata.namespace ?? ""),
  };
}

/** The pods that a spread constraint of `owner` counts: of its namespace, and not ending. */
export function kindredOf(
  constraint: { readonly labelSelector?: LabelSelector; readonly matchLabelKeys?: readonly string[] },
  owner: Pod,
): Crowd {
  const { namespace } = owner.metadata;
  const selector = narrowed(constraint, owner);
  const query = labelQueryOf(selector);
  return {
    signature: JSON.stringify(["kindred", namespace, selector]),
    includes: ({ metadata }) =>
      metadata.namespace === namespace &&
      metadata.deletionTimestamp === undefined &&
      matchesLabels(query, metadata.labels),
  };
}

interface Narrowing {
  readonly labelSelector?: LabelSelector;
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

/** The selector, narrowed to pods that share (or do not share) the owner's own values of some labels. */
function narrowed(narrowing: Narrowing, { metadata }: Pod): LabelSelector | undefined {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = narrowing;
  if (labelSelector === undefined) return undefined;
  const own = (operator: "In" | "NotIn") => (key: string) => {
    const value = metadata.labels?.[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  };
  const more: readonly LabelSelectorRequirement[] = [
    ...matchLabelKeys.flatMap(own("In")),
    ...mismatchLabelKeys.flatMap(own("NotIn")),
  ];
  if (more.length === 0) return labelSelector;
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...more] };
}
