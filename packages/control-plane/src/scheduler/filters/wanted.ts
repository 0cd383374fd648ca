/** Boards that the pod's node selector and required node affinity mean. Pure. */
import { isWanted } from "../affinity.ts";
import { objection, type Filter } from "./filter-row.ts";

const mismatch = objection("node(s) didn't match Pod's node affinity/selector", "final");

export const wanted: Filter = {
  name: "wanted",
  helpedBy: ["boardCame", "boardLabels"],
  isAboutOthers: false,
  prepare: ({ pod }) => {
    const { nodeSelector = {}, affinity } = pod.spec;
    const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (required === undefined && Object.keys(nodeSelector).length === 0) return undefined;
    return ({ node }) => (isWanted(pod, node) ? undefined : mismatch);
  },
};
