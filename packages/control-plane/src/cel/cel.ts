/**
 * The Common Expression Language as Kubernetes speaks it: rules of custom resources, admission policies, match
 * conditions.
 *
 * `compileCel` checks an expression against the types of its variables, once; the program is evaluated as often as
 * needed, within a budget.
 */
import { CelError, compileError, failure } from "./errors.ts";
import { fromJson } from "./from-json.ts";
import type { CelFunction } from "./functions.ts";
import { byName, kubernetesLibrary } from "./library/index.ts";
import { celLimits, makeMeter, type Meter } from "./meter.ts";
import type { Scope } from "./scope.ts";
import { parse, type Node } from "./syntax.ts";
import { isAssignable, typeText, type CelType } from "./types.ts";
import { understand } from "./understand.ts";
import type { CelValue } from "./values.ts";

export interface CelEnvironment {
  /** What an expression may name, and of which type. */
  readonly variables: Readonly<Record<string, CelType>>;
  /** Besides Kubernetes' libraries. */
  readonly functions?: readonly CelFunction[];
  /** What the expression must come to; anything, when left out. */
  readonly result?: CelType | readonly CelType[];
}

export interface CelProgram {
  readonly isProgram: true;
  readonly source: string;
  /** The type of what it comes to. */
  readonly type: CelType;
  /** Whether the expression speaks of a variable of the environment. */
  readonly mentions: (variable: string) => boolean;
  /** `meter`: a budget that is shared with other programs; one call's budget when left out. */
  readonly evaluate: (variables: CelVariables, meter?: Meter) => CelOutcome;
}

/** Values by name: JSON, which is taken for what the environment declares, or values made with `celValue`. */
export type CelVariables = Readonly<Record<string, unknown>>;

export type CelOutcome = { readonly value: CelValue } | { readonly error: CelError };

const made = new WeakSet();

/** A value that is CEL's already: made once, used by many programs. */
export interface CelReady {
  readonly value: CelValue;
}

export function celValue(value: CelValue): CelReady {
  const ready = { value };
  made.add(ready);
  return ready;
}

const programsMax = 2_000;
const programs = new WeakMap<CelEnvironment, Map<string, CelProgram | CelError>>();

/** Programs are remembered per environment: keep the environment, not the program. */
export function compileCel(source: string, environment: CelEnvironment): CelProgram | CelError {
  const known = programs.get(environment) ?? new Map<string, CelProgram | CelError>();
  programs.set(environment, known);
  const found = known.get(source);
  if (found !== undefined) return found;
  const program = compiled(source, environment);
  const [oldest] = known.keys();
  if (known.size >= programsMax && oldest !== undefined) known.delete(oldest);
  known.set(source, program);
  return program;
}

export const isCelError = (value: unknown): value is CelError => value instanceof CelError;

function compiled(source: string, environment: CelEnvironment): CelProgram | CelError {
  try {
    const root = parse(source);
    const part = understand(root, scopeOf(source, environment));
    checkResult(source, part.type, environment.result);
    const names = new Set(namesIn(root));
    return {
      isProgram: true,
      source,
      type: part.type,
      mentions: (variable) => names.has(variable),
      evaluate: (variables, meter = makeMeter(celLimits.callCostMax)) =>
        outcomeOf(() =>
          part.evaluate({ variable: reader(variables, environment), meter: capped(meter) }, undefined),
        ),
    };
  } catch (error) {
    if (error instanceof CelError) return error;
    if (error instanceof RangeError) return compileError(source, 0, "expression recursion limit exceeded");
    throw error;
  }
}

/** One call may use no more than its own budget, nor more than what is left of the shared one. */
function capped(meter: Meter): Meter {
  const cap = Math.max(0, meter.left - celLimits.callCostMax);
  if (cap === 0) return meter;
  return {
    get left() {
      return meter.left - cap;
    },
    set left(value) {
      meter.left = value + cap;
    },
  };
}

function checkResult(source: string, type: CelType, wanted: CelEnvironment["result"]): void {
  if (wanted === undefined) return;
  const choices = "kind" in wanted ? [wanted] : wanted;
  if (choices.some((choice) => isAssignable(choice, type))) return;
  const texts = choices.map(typeText);
  const expected =
    texts.length === 1 ? `must evaluate to ${texts.join("")}` : `must evaluate to one of ${texts.join(", ")}`;
  throw new CelError("compile", `${expected}, but got ${typeText(type)}: ${source}`);
}

function scopeOf(source: string, environment: CelEnvironment): Scope {
  const own = environment.functions ?? [];
  const all = own.length === 0 ? kubernetesLibrary : byName([...kubernetesLibrary.list, ...own]);
  return {
    source,
    variables: environment.variables,
    functions: (name, isMethod) => (isMethod ? all.methods : all.plain).get(name) ?? [],
    locals: [],
    understand,
  };
}

/** Values by name, made when they are asked for first. */
function reader(variables: CelVariables, { variables: types }: CelEnvironment): (name: string) => CelValue {
  const read = new Map<string, CelValue>();
  return (name) => {
    const known = read.get(name);
    if (known !== undefined) return known;
    const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (given === undefined) throw failure(`no such attribute(s): ${name}`);
    const value =
      typeof given === "object" && given !== null && made.has(given)
        ? (given as CelReady).value
        : fromJson(given, types[name]);
    read.set(name, value);
    return value;
  };
}

function outcomeOf(evaluate: () => CelValue): CelOutcome {
  try {
    return { value: evaluate() };
  } catch (error) {
    if (error instanceof CelError) return { error };
    // Texts longer than JavaScript can hold, and expressions that nest too deeply.
    if (error instanceof RangeError)
      return { error: new CelError("cost", "operation cancelled: actual cost limit exceeded") };
    throw error;
  }
}

function* namesIn(node: Node): Iterable<string> {
  if (node.op === "id") yield node.args;
  for (const part of partsOf(node)) yield* namesIn(part);
}

/** All nodes directly inside of a node. */
function partsOf(node: Node): readonly Node[] {
  const flat = (value: unknown): readonly Node[] =>
    Array.isArray(value) ? value.flatMap(flat) : isNode(value) ? [value] : [];
  return node.op === "value" || node.op === "id" ? [] : flat(node.args);
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "op" in value && "args" in value;

export { CelError } from "./errors.ts";
export { fromJson, toJson } from "./from-json.ts";
export { celLimits, makeMeter, type Meter } from "./meter.ts";
export { t, type CelType } from "./types.ts";
export type { CelFunction } from "./functions.ts";
export * from "./values.ts";
