/**
 * What each state of a machine makes of each of its own events: found by trying every pair, so that an edge that was
 * forgotten shows. Nothing is carried out: transitions are tried without their actions.
 */
import {
  initialTransition,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
} from "xstate";
import { stateText } from "./event-table.ts";

export interface EventMatrix {
  readonly events: readonly string[];
  readonly rows: readonly { readonly state: string; readonly cells: readonly string[] }[];
}

/** What a cell says when nothing happens, and when it depends on what the event carries. */
const [nothing, depends] = ["·", "?"];

/** Timers and ends of actors are not events of a machine's own: the table of transitions has them. */
export function eventMatrixOf(machine: AnyStateMachine): EventMatrix {
  const events = machine.events.filter((type: string) => type !== "*" && !type.startsWith("xstate."));
  const context = contextOf(machine);
  const rows = leavesOf(machine.root).map((node) => {
    const from = machine.resolveState({ value: valueOf(node) as never, context });
    return { state: node.path.join("."), cells: events.map((type: string) => cellOf(machine, from, type)) };
  });
  return { events, rows };
}

/** States in which a machine can rest: those without states below them, and not its ends. */
const leavesOf = (node: AnyStateNode): readonly AnyStateNode[] => {
  const children = Object.values(node.states);
  if (children.length > 0) return children.flatMap(leavesOf);
  return node.type === "final" || node.path.length === 0 ? [] : [node];
};

/** `{ running: "slow" }`; regions beside it are where they begin. */
const valueOf = ({ path }: AnyStateNode): unknown =>
  path.reduceRight<unknown>((inner, name) => (inner === undefined ? name : { [name]: inner }), undefined);

/** Machines are given their input by whoever starts them: here it is empty. */
function contextOf(machine: AnyStateMachine): never {
  const [first] = initialTransition(machine, {}) as [AnyMachineSnapshot, unknown];
  return first.context as never;
}

function cellOf(machine: AnyStateMachine, from: AnyMachineSnapshot, type: string): string {
  try {
    const [to] = transition(machine, from, { type }) as [AnyMachineSnapshot, unknown];
    if (to.status === "error") return depends;
    const [before, after] = [stateText(from.value), stateText(to.value)];
    return after === before ? nothing : after;
  } catch {
    return depends; // A guard or an action reads what the event carries, and this one carries nothing.
  }
}
