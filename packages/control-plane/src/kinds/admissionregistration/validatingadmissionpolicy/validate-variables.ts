/** The rules of a policy's variables: each may speak of those before it. Pure. */
import type { Variable } from "@kubus/shared/api/admissionregistration.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import type { CelType } from "../../../cel/cel.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { compiled, policyEnvironment, variablesType } from "../cel.ts";
import { t } from "../../../cel/cel.ts";

const reserved = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);
const isIdentifier = (name: string): boolean => /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !reserved.has(name);

/** What is wrong with the variables, and the type of `variables` for what comes after them. */
export function validateVariables(
  variables: readonly Received<Variable>[],
  hasParams: boolean,
): { readonly causes: readonly Cause[]; readonly type: CelType } {
  const known = new Map<string, CelType>();
  const causes = variables.flatMap(({ name = "", expression = "" }, i) => {
    const field = `spec.variables[${i}]`;
    const wrongName = validateName(name, `${field}.name`, known);
    const environment = policyEnvironment(hasParams, variablesType(known), undefined);
    if (expression.trim() === "") {
      known.set(name, t.dyn);
      return [...wrongName, cause.required(`${field}.expression`, "expression is not specified")];
    }
    const program = compiled(expression, environment, `${field}.expression`);
    const isCompiled = "isProgram" in program;
    known.set(name, isCompiled ? program.type : t.dyn);
    return isCompiled ? wrongName : [...wrongName, ...program];
  });
  return { causes, type: variablesType(known) };
}

function validateName(name: string, field: string, known: ReadonlyMap<string, CelType>): readonly Cause[] {
  if (name.trim() === "") return [cause.required(field, "name is not specified")];
  if (!isIdentifier(name)) return [cause.invalid(field, name, "name is not a valid CEL identifier")];
  return known.has(name) ? [cause.duplicate(field, name)] : [];
}
