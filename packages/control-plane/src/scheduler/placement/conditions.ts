/** What a pod's status says about its way to a board. Pure. */
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";

export type Said = Required<Pick<Condition, "type" | "status" | "reason" | "message">>;

/** The pod's conditions with this one in its place; undefined when it is there already, word for word. */
export function withSaid({ status }: Pod, said: Said, at: string): readonly Condition[] | undefined {
  const former = status?.conditions ?? [];
  const known = former.find(({ type }) => type === said.type);
  if (known?.status === said.status && known.reason === said.reason && known.message === said.message)
    return undefined;
  const lastTransitionTime = known?.status === said.status ? (known.lastTransitionTime ?? at) : at;
  return [...former.filter((condition) => condition !== known), { ...said, lastTransitionTime }];
}

export const unscheduled = (reason: "Unschedulable" | "SchedulerError", message: string): Said => ({
  type: "PodScheduled",
  status: "False",
  reason,
  message,
});
