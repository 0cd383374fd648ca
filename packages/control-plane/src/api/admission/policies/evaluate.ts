/** What a policy says of an attempt, with one set of parameters. */
import type { ValidatingAdmissionPolicy } from "@kubus/shared/api/admissionregistration.ts";
import {
  CelLazy,
  celLimits,
  celValue,
  isCelError,
  makeMeter,
  type CelProgram,
  type CelError,
  type CelValue,
  type CelVariables,
  type Meter,
} from "../../../cel/cel.ts";
import { areMet } from "../webhooks/conditions.ts";
import { compiledPolicy, type CompiledPolicy } from "./compile.ts";

export interface Fault {
  readonly message: string;
  /** Kubernetes' word; Invalid when the policy says none. */
  readonly reason: string;
  /** Which validation it is; undefined when the policy could not be evaluated. */
  readonly index?: number;
}

export interface Findings {
  readonly faults: readonly Fault[];
  readonly annotations: readonly { readonly key: string; readonly value: string }[];
}

const nothing: Findings = { faults: [], annotations: [] };
const messageLengthMax = 5 * 1_024;

/** Errors count as faults, unless the policy says that they do not. */
export function evaluatePolicy(policy: ValidatingAdmissionPolicy, given: CelVariables): Findings {
  const { spec } = policy;
  const compiled = compiledPolicy(policy);
  const meter = makeMeter(celLimits.runtimeCostMax);
  const failed = (message: string, index?: number): readonly Fault[] =>
    spec.failurePolicy === "Ignore"
      ? []
      : [{ message, reason: "Invalid", ...(index === undefined ? {} : { index }) }];
  const met = areMet(spec.matchConditions ?? [], compiled.conditions, given, meter);
  if ("error" in met) return { ...nothing, faults: failed(met.error) };
  if (!met.isWanted) return nothing;
  const variables = { ...given, variables: celValue(lazyVariables(compiled, given, meter)) };
  const faults = (spec.validations ?? []).flatMap((validation, i): readonly Fault[] => {
    const outcome = run(compiled.validations[i]?.program, variables, meter);
    if ("error" in outcome)
      return failed(`expression '${validation.expression}' resulted in error: ${outcome.error}`, i);
    if (outcome.value === true) return [];
    const made = messageOf(compiled.validations[i]?.message, variables, meter);
    const message =
      made ?? validation.message?.trim() ?? `failed expression: ${validation.expression.trim()}`;
    return [{ message, reason: validation.reason ?? "Invalid", index: i }];
  });
  return annotated(compiled, variables, { meter, failed }, faults);
}

function annotated(
  { annotations }: CompiledPolicy,
  variables: CelVariables,
  { meter, failed }: { readonly meter: Meter; readonly failed: (message: string) => readonly Fault[] },
  faults: readonly Fault[],
): Findings {
  const found: { key: string; value: string }[] = [];
  const more: Fault[] = [];
  for (const { key, program } of annotations) {
    const outcome = run(program, variables, meter);
    if ("error" in outcome)
      more.push(...failed(`audit annotation '${key}' resulted in error: ${outcome.error}`));
    else if (typeof outcome.value === "string" && outcome.value.trim() !== "")
      found.push({ key, value: outcome.value.trim() });
  }
  return { faults: [...faults, ...more], annotations: found };
}

type Ran = { readonly value: CelValue } | { readonly error: string };

function run(program: CelProgram | CelError | undefined, variables: CelVariables, meter: Meter): Ran {
  if (program === undefined) return { error: "there is no such expression" };
  if (isCelError(program)) return { error: `compilation error: ${program.message}` };
  const outcome = program.evaluate(variables, meter);
  return "error" in outcome ? { error: outcome.error.message } : outcome;
}

/** What it says for itself counts when it is one line of text. */
function messageOf(
  program: CelProgram | CelError | undefined,
  variables: CelVariables,
  meter: Meter,
): string | undefined {
  if (program === undefined) return undefined;
  const outcome = run(program, variables, meter);
  if ("error" in outcome || typeof outcome.value !== "string") return undefined;
  const text = outcome.value.trim();
  return text === "" || text.includes("\n") || text.length > messageLengthMax ? undefined : text;
}

/** Each variable is evaluated when it is asked for first, and once. */
function lazyVariables({ variables }: CompiledPolicy, given: CelVariables, meter: Meter): CelLazy {
  const made = new Map<string, CelValue>();
  const lazy: CelLazy = new CelLazy((name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const program = variables.find((variable) => variable.name === name)?.program;
    if (program === undefined) return undefined;
    if (isCelError(program)) throw program;
    const outcome = program.evaluate({ ...given, variables: celValue(lazy) }, meter);
    if ("error" in outcome) throw outcome.error;
    made.set(name, outcome.value);
    return outcome.value;
  });
  return lazy;
}
