/** What the status of an admission policy says: which of its expressions cannot be right for the kinds it is about. Pure. */
import type { NamedRule, ValidatingAdmissionPolicy } from "@kubus/shared/api/admissionregistration.ts";
import { compilePolicy, type CompiledPolicy } from "../../api/admission/policies/compile.ts";
import { isCelError, t, type CelError, type CelProgram } from "../../cel/cel.ts";
import { celTypeOfKind } from "../../kinds/admissionregistration/cel-type-of.ts";
import { validatingAdmissionPolicyKind } from "../../kinds/index.ts";
import { apiVersionOf } from "../../kinds/kind-table.ts";
import type { Kind } from "../../kinds/kind.ts";
import { nothing, type Plan } from "../engine/plan.ts";

/** More kinds than these are not looked at: a policy about everything says little about each. */
const kindsMax = 10;

export interface PolicyView {
  readonly policy: ValidatingAdmissionPolicy | undefined;
  /** The kinds that it names. */
  readonly kinds: readonly Kind[];
  /** The kind of its parameters. */
  readonly params: Kind | undefined;
}

export function reconcile({ policy, kinds, params }: PolicyView): Plan {
  if (policy === undefined || policy.metadata.deletionTimestamp !== undefined) return nothing;
  const { name, generation = 1, resourceVersion } = policy.metadata;
  if (policy.status?.observedGeneration === generation) return nothing;
  const expressionWarnings = warningsOf(policy, kinds.slice(0, kindsMax), params);
  const typeChecking = { expressionWarnings: expressionWarnings.length === 0 ? null : expressionWarnings };
  return {
    effects: [
      {
        type: "writeStatus",
        kind: validatingAdmissionPolicyKind,
        target: { name, resourceVersion },
        status: { observedGeneration: generation, typeChecking },
      },
    ],
  };
}

interface Warning {
  readonly fieldRef: string;
  readonly warning: string;
}

/** One warning for each expression, with what is wrong for each kind. */
export function warningsOf(
  { spec }: ValidatingAdmissionPolicy,
  kinds: readonly Kind[],
  params: Kind | undefined,
): readonly Warning[] {
  const found = new Map<string, string[]>();
  for (const kind of kinds) {
    const type = celTypeOfKind(kind);
    const typed = {
      object: type,
      oldObject: type,
      ...(spec.paramKind === undefined
        ? {}
        : { params: params === undefined ? t.dyn : celTypeOfKind(params) }),
    };
    for (const { field, program } of expressionsOf(compilePolicy(spec, typed))) {
      if (!isCelError(program)) continue;
      const text = `${apiVersionOf(kind)}, Kind=${kind.kind}: ${program.message}`;
      found.set(field, [...(found.get(field) ?? []), text]);
    }
  }
  return [...found].map(([fieldRef, texts]) => ({ fieldRef, warning: texts.join("\n") }));
}

const expressionsOf = ({ variables, validations, annotations }: CompiledPolicy) =>
  [
    ...variables.map(({ program }, i) => ({ field: `spec.variables[${i}].expression`, program })),
    ...validations.flatMap(({ program, message }, i) => [
      { field: `spec.validations[${i}].expression`, program },
      { field: `spec.validations[${i}].messageExpression`, program: message },
    ]),
    ...annotations.map(({ program }, i) => ({
      field: `spec.auditAnnotations[${i}].valueExpression`,
      program,
    })),
  ] as readonly { readonly field: string; readonly program: CelProgram | CelError | undefined }[];

/** Whether a rule names a kind: by its words, not by a star. */
export const isNamed = (
  { apiGroups, apiVersions, resources }: NamedRule,
  { group, version, plural }: Kind,
): boolean => apiGroups.includes(group) && apiVersions.includes(version) && resources.includes(plural);
