/** What each state of a machine makes of each event: the table that shows a forgotten edge at a glance. */
import {
  initialTransition,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
} from "xstate";

export interface TableOptions {
  readonly machine: AnyStateMachine;
  readonly input: unknown;
  /** Each is tried in each state. Named in the head by their type, or by the given name. */
  readonly events: Readonly<Record<string, EventObject>>;
  /** State values to look at. Final states are left out by the caller: nothing arrives there. */
  readonly states: readonly unknown[];
}

/** Rows of `state: event → next`; a `·` is no change. */
export function eventTable({ machine, input, events, states }: TableOptions): readonly string[] {
  const [first] = initialTransition(machine, input) as [AnyMachineSnapshot, unknown];
  return states.map((value) => {
    const from = machine.resolveState({ value: value as never, context: first.context as never });
    const cells = Object.entries(events).map(([name, event]) => {
      const [to] = transition(machine, from, event) as [AnyMachineSnapshot, unknown];
      const next = stateText(to.value);
      return `${name} → ${next === stateText(from.value) ? "·" : next}`;
    });
    return `${stateText(from.value)}: ${cells.join(", ")}`;
  });
}

/** `{ stopping: "asking" }` as `stopping.asking`. */
export const stateText = (value: unknown): string =>
  typeof value === "string"
    ? value
    : Object.entries(value as object)
        .map(([name, inner]) => `${name}.${stateText(inner)}`)
        .join("+");
