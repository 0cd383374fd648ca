/** What a new pod begins with: nothing has happened to it yet, and its wishes are spelled out. Pure. */
import type { LabelSelectorRequirement } from "@kubus/shared/api/meta.ts";
import type { Affinity, PodAffinity, PodAffinityTerm } from "@kubus/shared/api/affinity.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { withChanged } from "../../../api/defaults.ts";
import { qosClassOf } from "./qos.ts";

export function preparePod(pod: Pod): Pod {
  const spec = withChanged(pod.spec, "affinity", (affinity) => spelledOut(affinity, pod));
  const gated = (spec.schedulingGates ?? []).length > 0;
  return {
    ...pod,
    spec,
    status: {
      phase: "Pending",
      qosClass: qosClassOf(spec),
      ...(gated
        ? {
            conditions: [
              {
                type: "PodScheduled",
                status: "False",
                reason: "SchedulingGated",
                message: "Scheduling is blocked due to non-empty scheduling gates",
              },
            ],
          }
        : {}),
    },
  };
}

/** Keys that stand for the pod's own labels become requirements: later its labels may be others. */
function spelledOut(affinity: Affinity, { metadata }: Pod): Affinity {
  const labels = metadata.labels ?? {};
  const ofPods = (wishes: unknown): PodAffinity =>
    withChanged(
      withChanged(wishes as PodAffinity, "requiredDuringSchedulingIgnoredDuringExecution", (terms) =>
        terms.map((term) => withOwnLabels(term, labels)),
      ),
      "preferredDuringSchedulingIgnoredDuringExecution",
      (terms) =>
        terms.map((term) => ({ ...term, podAffinityTerm: withOwnLabels(term.podAffinityTerm, labels) })),
    );
  return withChanged(withChanged(affinity, "podAffinity", ofPods), "podAntiAffinity", ofPods);
}

function withOwnLabels(term: PodAffinityTerm, labels: Readonly<Record<string, string>>): PodAffinityTerm {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const requirementsOf = (keys: readonly string[], operator: LabelSelectorRequirement["operator"]) =>
    keys.flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const added = [...requirementsOf(matchLabelKeys, "In"), ...requirementsOf(mismatchLabelKeys, "NotIn")];
  if (labelSelector === undefined || added.length === 0) return term;
  const matchExpressions = [...(labelSelector.matchExpressions ?? []), ...added];
  return { ...term, labelSelector: { ...labelSelector, matchExpressions } };
}
