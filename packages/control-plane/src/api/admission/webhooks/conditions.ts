/** Match conditions: whether somebody wants to be asked at all. */
import type { MatchCondition } from "@kubus/shared/api/admissionregistration.ts";
import {
  compileCel,
  isCelError,
  type CelEnvironment,
  type CelVariables,
  type Meter,
} from "../../../cel/cel.ts";

export type Wanted = { readonly isWanted: boolean } | { readonly error: string };

/** One that says no decides, also when another one fails. */
export function areMet(
  conditions: readonly MatchCondition[],
  environment: CelEnvironment,
  variables: CelVariables,
  meter?: Meter,
): Wanted {
  const errors: string[] = [];
  for (const { name, expression } of conditions) {
    const program = compileCel(expression, environment);
    if (isCelError(program)) {
      errors.push(`match condition '${name}': compilation error: ${program.message}`);
      continue;
    }
    const outcome = program.evaluate(variables, meter);
    if ("error" in outcome)
      errors.push(`expression '${expression}' resulted in error: ${outcome.error.message}`);
    else if (outcome.value !== true) return { isWanted: false };
  }
  return errors.length === 0 ? { isWanted: true } : { error: errors.join(", ") };
}
