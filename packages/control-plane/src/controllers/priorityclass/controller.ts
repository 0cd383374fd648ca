/** The two priority classes of the system exist whenever a server begins to lead, as pods of the system name them. */
import type { PriorityClass } from "@kubus/shared/api/scheduling.ts";
import { priorityClassKind, systemPriorityClasses } from "../../kinds/scheduling/index.ts";
import { defineController } from "../engine/controller.ts";
import { nothing, type Plan } from "../engine/plan.ts";

const wanted: ReadonlyMap<string, Pick<PriorityClass, "value" | "description">> = new Map(
  Object.entries(systemPriorityClasses),
);

export interface PriorityClassView {
  readonly name: string;
  readonly found: PriorityClass | undefined;
}

export const priorityClassController = defineController<PriorityClassView>({
  name: "priorityclass",
  guarantee: "The priority classes system-cluster-critical and system-node-critical exist.",
  watches: [],
  alsoWakes: (wake) => {
    for (const name of wanted.keys()) wake(name);
    return { unsubscribe: () => undefined };
  },
  observe: (name, { cache }) => ({ name, found: cache.get(priorityClassKind, undefined, name) }),
  reconcile: ensureSystemClass,
});

export function ensureSystemClass({ name, found }: PriorityClassView): Plan {
  const parts = wanted.get(name);
  if (parts === undefined || found !== undefined) return nothing;
  return {
    effects: [{ type: "create", kind: priorityClassKind, object: { metadata: { name }, ...parts } }],
  };
}
