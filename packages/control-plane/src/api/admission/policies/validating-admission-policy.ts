/**
 * ValidatingAdmissionPolicy: rules in CEL, where bindings say that they count. What breaks them is refused, warned of or
 * written into the audit log.
 */
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  MatchResources,
} from "@kubus/shared/api/admissionregistration.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { Refusal, type Cause, type RefusalCode } from "@kubus/shared/errors/codes.ts";
import type { Kind } from "../../../kinds/kind.ts";
import type { AdmissionWorld, Admitter, Attempt } from "../../admission.ts";
import { forbidden } from "../../refusals.ts";
import { found, listed } from "../concerns.ts";
import { celVariables } from "../webhooks/cel-variables.ts";
import { isExempt, matchedRow, type Match } from "../webhooks/matching.ts";
import { presented, type Presented } from "../webhooks/presented.ts";
import { evaluatePolicy, type Fault, type Findings } from "./evaluate.ts";
import { paramsFor } from "./params.ts";

type Policy = ValidatingAdmissionPolicy;
type Binding = ValidatingAdmissionPolicyBinding;

const version = "admissionregistration.k8s.io/v1";
const failureAnnotation = "validation.policy.admission.k8s.io/validation_failure";

export const validatingAdmissionPolicy: Admitter = (attempt, world): void => {
  const bindings = listed<Binding>(world, version, "ValidatingAdmissionPolicyBinding");
  if (bindings.length === 0) return;
  const whole = presented(attempt);
  if (isExempt(whole)) return;
  const report = makeReport(attempt, world);
  for (const policy of listed<Policy>(world, version, "ValidatingAdmissionPolicy")) {
    const own = bindings.filter(({ spec }) => spec.policyName === policy.metadata.name);
    if (own.length > 0) judge(policy, own, { whole, world, report });
  }
  report.close();
};

interface Judging {
  readonly whole: Presented;
  readonly world: AdmissionWorld;
  readonly report: Report;
}

function judge(policy: Policy, bindings: readonly Binding[], { whole, world, report }: Judging): void {
  const { matchConstraints, paramKind, failurePolicy } = policy.spec;
  const row = matchedRow(matchOf(matchConstraints ?? {}), whole, world);
  if (row === undefined) return;
  for (const binding of bindings) {
    if (!isMeant(binding, whole, world)) continue;
    const params = paramsFor(paramKind, binding.spec.paramRef, whole, world);
    if ("error" in params) {
      const fault = { message: `failed to configure binding: ${params.error}`, reason: "Invalid" };
      if (failurePolicy !== "Ignore") report.add(policy, binding, { faults: [fault], annotations: [] });
      continue;
    }
    for (const param of params)
      report.add(policy, binding, evaluatePolicy(policy, variablesFor(whole, row, param, world)));
  }
}

const variablesFor = (whole: Presented, row: Kind, params: KubeObject | null, world: AdmissionWorld) => ({
  ...celVariables(whole, row, world),
  params,
  namespaceObject:
    whole.namespace === ""
      ? null
      : (found<KubeObject>(world, "v1", "Namespace", { name: whole.namespace }) ?? null),
});

const matchOf = ({ resourceRules = [], excludeResourceRules = [], ...rest }: MatchResources): Match => ({
  ...rest,
  rules: resourceRules,
  excludeRules: excludeResourceRules,
});

const everything = { operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] };

/** A binding that names no resources means all of its policy's. */
function isMeant({ spec: { matchResources } }: Binding, whole: Presented, world: AdmissionWorld): boolean {
  if (matchResources === undefined) return true;
  const match = matchOf(matchResources);
  const rules = (match.rules ?? []).length === 0 ? [everything] : (match.rules ?? []);
  return matchedRow({ ...match, rules }, whole, world) !== undefined;
}

interface Report {
  readonly add: (policy: Policy, binding: Binding, findings: Findings) => void;
  /** Tells whom it concerns, and throws when something is refused. */
  readonly close: () => void;
}

function makeReport(attempt: Attempt, world: AdmissionWorld): Report {
  const denied: { readonly message: string; readonly fault: Fault }[] = [];
  const audited: object[] = [];
  const annotations = new Map<string, Set<string>>();
  return {
    add: (policy, binding, { faults, annotations: values }) => {
      const [name, bindingName] = [policy.metadata.name, binding.metadata.name];
      const { validationActions } = binding.spec;
      for (const fault of faults) {
        const { message, index = 0 } = fault;
        if (validationActions.includes("Deny"))
          denied.push({
            message: `ValidatingAdmissionPolicy '${name}' with binding '${bindingName}' denied request: ${message}`,
            fault,
          });
        if (validationActions.includes("Warn"))
          world.warn(
            `Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${bindingName}': ${message}`,
          );
        if (validationActions.includes("Audit"))
          audited.push({
            message,
            policy: name,
            binding: bindingName,
            expressionIndex: index,
            validationActions,
          });
      }
      for (const { key, value } of values) {
        const whole = `${name}/${key}`;
        annotations.set(whole, (annotations.get(whole) ?? new Set()).add(value));
      }
    },
    close: () => {
      if (audited.length > 0) world.annotate(failureAnnotation, JSON.stringify(audited));
      for (const [key, values] of annotations) world.annotate(key, [...values].join(", "));
      const [first] = denied;
      if (first !== undefined) throw denial(attempt, first.message, first.fault.reason);
    },
  };
}

const codes: Readonly<Record<string, RefusalCode>> = {
  Unauthorized: "unauthorized",
  Forbidden: "forbidden",
  RequestEntityTooLarge: "tooLarge",
  Invalid: "invalid",
};

function denial({ kind, name }: Attempt, message: string, reason: string): Refusal {
  const { message: text, details } = forbidden(kind, name, message);
  return new Refusal(codes[reason] ?? "invalid", text, { ...details, causes: [{ message } as Cause] });
}
