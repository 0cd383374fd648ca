/**
 * Reads a machine's definition off the machine: its chart as plain data, for the docs and the dashboard.
 *
 * Nothing is drawn by hand, so that no picture can be wrong. It looks at names only and runs nothing.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from "xstate";
import type { Chart, ChartEdge, ChartState } from "./chart.ts";
import { eventName } from "./event-name.ts";
import { stateText } from "./state-value.ts";

/** The whole chart: every state below the root in document order, and every edge. */
export function chartOf(machine: AnyStateMachine): Chart {
  const nodes = below(machine.root);
  return {
    id: machine.id,
    ...given("description", machine.root.description),
    states: nodes.map(stateOf),
    edges: [machine.root, ...nodes].flatMap((node) => edgesOf(node, machine.id)),
  };
}

const pathOf = (node: AnyStateNode): string => node.path.join(".");

const below = (node: AnyStateNode): readonly AnyStateNode[] =>
  Object.values(node.states).flatMap((child) => [child, ...below(child)]);

function stateOf(node: AnyStateNode): ChartState {
  const { parent } = node;
  return {
    path: pathOf(node),
    ...given("parent", parent === undefined || parent.path.length === 0 ? undefined : pathOf(parent)),
    name: node.key,
    kind: node.type,
    initial: parent?.type === "parallel" || parent?.config.initial === node.key,
    ...given("description", node.description),
    ...given("meta", node.meta as Record<string, unknown> | undefined),
    invokes: node.invoke.map(({ src }) => nameOf(src as unknown)),
    entry: node.entry.filter((action) => !isTimer(action)).map(nameOf),
  };
}

function edgesOf(node: AnyStateNode, machineId: string): readonly ChartEdge[] {
  const transitions = [...(node.always ?? []), ...[...node.transitions.values()].flat()];
  return transitions.flatMap((transition) => edgesAlong(node, transition, machineId));
}

/** One edge for each target; a transition without a target stays where it is. */
function edgesAlong(
  from: AnyStateNode,
  { eventType, target, guard, actions, description }: AnyTransitionDefinition,
  machineId: string,
): readonly ChartEdge[] {
  const targets = target === undefined ? [undefined] : target.map(pathOf);
  return targets.map((to) => ({
    from: pathOf(from),
    to,
    on: eventName(eventType as string, machineId),
    ...given("guard", guard === undefined ? undefined : guardName(guard)),
    actions: actions.map(nameOf),
    ...given("description", description),
  }));
}

/** XState's `and`, `or`, `not` and `stateIn` are read out, whatever they hold. */
function guardName(guard: unknown): string {
  const { name, guards, stateValue } = guard as Combined;
  if (stateValue !== undefined) return `in ${stateText(stateValue)}`;
  if (guards === undefined) return nameOf(guard);
  const inner = guards.map(guardName);
  return name === "not" ? `not ${inner.join("")}` : inner.join(` ${name} `);
}

interface Combined {
  readonly name: string;
  readonly guards?: readonly unknown[];
  readonly stateValue?: unknown;
}

/** Vocabulary is referred to by a string or by `{ type }`; what is written inline has at most a function's name. */
function nameOf(thing: unknown): string {
  if (typeof thing === "string") return thing;
  const { type, id, name } = thing as { type?: unknown; id?: unknown; name?: unknown };
  const found = [type, id, name].find((word) => typeof word === "string" && word !== "");
  return typeof found === "string" ? found.replace(/^xstate\./, "") : "(inline)";
}

/** XState adds the setting of each `after` timer to a state's entry; the edge already says so. */
const isTimer = (action: unknown): boolean =>
  typeof action === "function" && String((action as { id?: unknown }).id).startsWith("xstate.after.");

const given = <Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
