/** The rules of a schema (`x-kubernetes-validations`): made ready once, and what is wrong with them. */
import type { JsonSchema, ValidationRule } from "@kubus/shared/api/apiextensions.ts";
import { compileCel, isCelError, type CelEnvironment, type CelError, type CelProgram } from "../cel/cel.ts";
import { t, type CelType } from "../cel/types.ts";
import { celRootTypeOf, celTypeOf } from "./cel-type.ts";

export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program: CelProgram | CelError;
  readonly message: CelProgram | CelError | undefined;
  /** It compares with the former state: it is not asked where there is none. */
  readonly usesOldSelf: boolean;
}

const known = new WeakMap<JsonSchema, readonly CompiledRule[]>();
const knownRoots = new WeakMap<JsonSchema, readonly CompiledRule[]>();

export const typeAt = (schema: JsonSchema, isRoot: boolean): CelType =>
  (isRoot ? celRootTypeOf(schema) : celTypeOf(schema)) ?? t.dyn;

/** The rules at one place of a schema, in their order. */
export function rulesAt(schema: JsonSchema, isRoot: boolean): readonly CompiledRule[] {
  const rules = schema["x-kubernetes-validations"];
  if (rules === undefined || rules.length === 0) return [];
  const memory = isRoot ? knownRoots : known;
  const found = memory.get(schema) ?? compiled(rules, typeAt(schema, isRoot));
  memory.set(schema, found);
  return found;
}

function compiled(rules: readonly ValidationRule[], self: CelType): readonly CompiledRule[] {
  const environments = {
    plain: { rule: environment(self, self, t.bool), message: environment(self, self, t.string) },
    optional: {
      rule: environment(self, t.optional(self), t.bool),
      message: environment(self, t.optional(self), t.string),
    },
  };
  return rules.map((rule) => {
    const { rule: forRule, message: forMessage } =
      environments[rule.optionalOldSelf === true ? "optional" : "plain"];
    const program = compileCel(rule.rule, forRule);
    const expression = rule.messageExpression ?? "";
    return {
      rule,
      program,
      message: expression === "" ? undefined : compileCel(expression, forMessage),
      usesOldSelf: !isCelError(program) && program.mentions("oldSelf"),
    };
  });
}

const environment = (self: CelType, oldSelf: CelType, result: CelType): CelEnvironment => ({
  variables: { self, oldSelf },
  result,
});
