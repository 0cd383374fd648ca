/** The expressions of a policy, compiled once for as long as the policy stays as it is. */
import type { ValidatingAdmissionPolicy } from "@kubus/shared/api/admissionregistration.ts";
import {
  compileCel,
  isCelError,
  t,
  type CelEnvironment,
  type CelError,
  type CelProgram,
  type CelType,
} from "../../../cel/cel.ts";
import {
  conditionEnvironment,
  policyEnvironment,
  variablesType,
} from "../../../kinds/admissionregistration/cel.ts";

type Program = CelProgram | CelError;

export interface CompiledPolicy {
  readonly conditions: CelEnvironment;
  readonly variables: readonly { readonly name: string; readonly program: Program }[];
  readonly validations: readonly { readonly program: Program; readonly message: Program | undefined }[];
  readonly annotations: readonly { readonly key: string; readonly program: Program }[];
}

const known = new WeakMap<ValidatingAdmissionPolicy["spec"], CompiledPolicy>();

export function compiledPolicy({ spec }: ValidatingAdmissionPolicy): CompiledPolicy {
  const found = known.get(spec);
  if (found !== undefined) return found;
  const made = compilePolicy(spec);
  known.set(spec, made);
  return made;
}

/** `common`: what `object` and the like are, when more is known of them than that they are something. */
export function compilePolicy(
  { paramKind, variables = [], validations = [], auditAnnotations = [] }: ValidatingAdmissionPolicy["spec"],
  typed: Readonly<Record<string, CelType>> = {},
): CompiledPolicy {
  const hasParams = paramKind !== undefined;
  const types = new Map<string, CelType>();
  const environment = (...results: readonly CelType[]): CelEnvironment => {
    const made = policyEnvironment(
      hasParams,
      variablesType(types),
      results.length === 0 ? undefined : results,
    );
    return { ...made, variables: { ...made.variables, ...typed } };
  };
  const compiledVariables = variables.map(({ name, expression }) => {
    const program = compileCel(expression, environment());
    types.set(name, isCelError(program) ? t.dyn : program.type);
    return { name, program };
  });
  const [rule, message, annotation] = [
    environment(t.bool),
    environment(t.string),
    environment(t.string, t.null),
  ];
  return {
    conditions: conditionEnvironment("policy", hasParams),
    variables: compiledVariables,
    validations: validations.map(({ expression, messageExpression = "" }) => ({
      program: compileCel(expression, rule),
      message: messageExpression === "" ? undefined : compileCel(messageExpression, message),
    })),
    annotations: auditAnnotations.map(({ key, valueExpression }) => ({
      key,
      program: compileCel(valueExpression, annotation),
    })),
  };
}
