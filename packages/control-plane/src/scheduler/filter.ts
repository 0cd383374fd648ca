/**
 * Why a pod cannot be on a board. THE table of filters, in Kubernetes' order: the first that objects has the word, later
 * ones are not asked. Each says in Kubernetes' words what is wrong, and which changes in the cluster may help. Pure.
 */
import type { Board } from "./board.ts";
import { architecture } from "./filters/architecture.ts";
import { neighbours } from "./filters/neighbours.ts";
import { hostPorts } from "./filters/ports.ts";
import { resources } from "./filters/resources.ts";
import { schedulable, untainted } from "./filters/taints.ts";
import type { Filter, FilterName, Objection, Word } from "./filters/filter-row.ts";
import { spread } from "./filters/spread.ts";
import { volumes } from "./filters/volumes.ts";
import { wanted } from "./filters/wanted.ts";
import type { Surroundings } from "./surroundings/surroundings.ts";
import { whatIf } from "./surroundings/what-if.ts";
import type { Want } from "./want.ts";

export const filters: readonly Filter[] = [
  schedulable,
  untainted,
  wanted,
  architecture,
  hostPorts,
  resources,
  volumes,
  spread,
  neighbours,
];

export const filterNamed = (name: FilterName): Filter | undefined =>
  filters.find((filter) => filter.name === name);

/** The filters, made ready for one pod: what it asks is read once, and not for every board again. */
export type Checks = readonly {
  readonly name: FilterName;
  readonly check: (board: Board) => Objection | undefined;
}[];

/** The second is said when a filter refuses the pod whatever the board. */
export function checksFor(want: Want, around: Surroundings): Checks | Refused {
  const checks: Checks[number][] = [];
  for (const { name, prepare } of filters) {
    const check = prepare(want, around);
    if (check === undefined) continue;
    if (typeof check !== "function") return { by: name, refuses: check.refuses };
    checks.push({ name, check });
  }
  return checks;
}

export interface Refused {
  readonly by: FilterName;
  readonly refuses: string;
}

export const isRefused = (checks: Checks | Refused): checks is Refused => "refuses" in checks;

/** Undefined: the pod may be there. */
export function firstWord(checks: Checks | Refused, board: Board): Word | undefined {
  if (isRefused(checks)) return { by: checks.by, reasons: [checks.refuses], isFinal: true };
  for (const { name, check } of checks) {
    const objection = check(board);
    if (objection !== undefined) return { ...objection, by: name };
  }
  return undefined;
}

/**
 * What speaks against a board, with those counted that were promised it and are at least as important. They may not come
 * after all, so the pod must fit without them too.
 */
export function wordAgainst(
  { want, checks, around }: { readonly want: Want; readonly checks: Checks; readonly around: Surroundings },
  board: Board,
): Word | undefined {
  const word = firstWord(checks, board);
  if (word !== undefined) return word;
  const rivals = around
    .nominated(board.name)
    .filter(({ priority, pod }) => priority >= want.priority && pod.metadata.uid !== want.pod.metadata.uid);
  if (rivals.length === 0) return undefined;
  const crowded = whatIf(around, board);
  for (const rival of rivals) crowded.add(rival);
  return firstWord(checksFor(want, crowded.around), crowded.board);
}
