/** Boards that take nobody at the moment (cordons), or only those who tolerate their taints. Pure. */
import { taintKey, type Taint } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { tolerates } from "../../nodes/eviction.ts";
import { objection, type Filter } from "./filter-row.ts";

const isTolerated = ({ spec }: Pod, taint: Taint): boolean =>
  (spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint));

const cordoned: Taint = { key: taintKey.unschedulable, effect: "NoSchedule" };
const isCordoned = objection("node(s) were unschedulable", "final");

export const schedulable: Filter = {
  name: "schedulable",
  helpedBy: ["boardCame", "boardTaints"],
  isAboutOthers: false,
  prepare: ({ pod }) => {
    if (isTolerated(pod, cordoned)) return undefined;
    return ({ node }) => (node.spec.unschedulable === true ? isCordoned : undefined);
  },
};

export const untainted: Filter = {
  name: "untainted",
  helpedBy: ["boardCame", "boardTaints"],
  isAboutOthers: false,
  prepare:
    ({ pod }) =>
    ({ hardTaints }) => {
      const taint = hardTaints.length === 0 ? undefined : untolerated(pod, hardTaints);
      if (taint === undefined) return undefined;
      return objection(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`, "final");
    },
};

/** The first of the taints that the pod does not tolerate. */
export const untolerated = (pod: Pod, taints: readonly Taint[]): Taint | undefined =>
  taints.find((taint) => !isTolerated(pod, taint));

export const untoleratedCount = (pod: Pod, taints: readonly Taint[]): number =>
  taints.length === 0 ? 0 : taints.filter((taint) => !isTolerated(pod, taint)).length;
