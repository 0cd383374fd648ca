/** The rules of admission policies: every expression compiles, with what it may speak of. Pure. */
import type {
  AuditAnnotation,
  ParamKind,
  ValidatingAdmissionPolicy,
  Validation,
} from "@kubus/shared/api/admissionregistration.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dns1035Label, dnsSubdomain, qualifiedName } from "../../../api/names.ts";
import { t, type CelEnvironment, type CelType } from "../../../cel/cel.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { each, when } from "../../rules.ts";
import { compiled, policyEnvironment } from "../cel.ts";
import { validateFailurePolicy, validateMatchConditions, validateMatchResources } from "../validate-rules.ts";
import { validateVariables } from "./validate-variables.ts";

type Spec = Received<ValidatingAdmissionPolicy["spec"]>;

const reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];
const auditAnnotationsMax = 20;
const valueExpressionBytesMax = 5 * 1_024;

export function validatePolicy({
  spec = {},
  metadata,
}: Received<ValidatingAdmissionPolicy>): readonly Cause[] {
  const { validations, auditAnnotations, paramKind, matchConstraints } = spec;
  const hasParams = paramKind !== undefined;
  const variables = validateVariables(spec.variables ?? [], hasParams);
  const isEmpty = (validations ?? []).length === 0 && (auditAnnotations ?? []).length === 0;
  const atLeastOne = "validations or auditAnnotations must contain at least one item";
  return [
    ...validateFailurePolicy(spec.failurePolicy, "spec.failurePolicy"),
    ...(paramKind === undefined ? [] : validateParamKind(paramKind, "spec.paramKind")),
    ...validateConstraints(matchConstraints),
    ...validateMatchConditions(spec.matchConditions, "spec.matchConditions", hasParams),
    ...variables.causes,
    ...when(
      isEmpty,
      cause.required("spec.validations", atLeastOne),
      cause.required("spec.auditAnnotations", atLeastOne),
    ),
    ...each(validations, "spec.validations", (validation, at) =>
      validateValidation(validation, at, within(hasParams, variables.type)),
    ),
    ...validateAnnotations(auditAnnotations ?? [], metadata?.name ?? "", within(hasParams, variables.type)),
  ];
}

/** The environment of an expression that must come to one of these types. */
type Within = (...results: readonly CelType[]) => CelEnvironment;

const within =
  (hasParams: boolean, variables: CelType): Within =>
  (...results) =>
    policyEnvironment(hasParams, variables, results);

function validateConstraints(constraints: Spec["matchConstraints"]): readonly Cause[] {
  const field = "spec.matchConstraints";
  if (constraints === undefined) return [cause.required(field)];
  return [
    ...validateMatchResources(constraints, field),
    ...when((constraints.resourceRules ?? []).length === 0, cause.required(`${field}.resourceRules`)),
  ];
}

function validateParamKind(
  { apiVersion = "", kind = "" }: Received<ParamKind>,
  field: string,
): readonly Cause[] {
  const parts = apiVersion.split("/");
  const [group, version] = parts.length === 1 ? ["", parts[0] ?? ""] : [parts[0] ?? "", parts[1] ?? ""];
  const wrongGroup = group === "" ? undefined : dnsSubdomain(group);
  const wrongVersion = dns1035Label(version);
  const wrongKind = dns1035Label(kind.toLowerCase());
  const ofVersion =
    apiVersion === ""
      ? [cause.required(`${field}.apiVersion`)]
      : parts.length > 2
        ? [cause.invalid(`${field}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)]
        : [wrongGroup, wrongVersion].flatMap((wrong) =>
            wrong === undefined ? [] : [cause.invalid(`${field}.apiVersion`, apiVersion, wrong)],
          );
  const ofKind =
    kind === ""
      ? [cause.required(`${field}.kind`)]
      : when(
          wrongKind !== undefined,
          cause.invalid(
            `${field}.kind`,
            kind,
            `may have mixed case, but should otherwise match: ${wrongKind ?? ""}`,
          ),
        );
  return [...ofVersion, ...ofKind];
}

function validateValidation(
  { expression = "", message = "", messageExpression = "", reason }: Received<Validation>,
  field: string,
  environment: Within,
): readonly Cause[] {
  const hasLines = (text: string) => /[\r\n]/.test(text.trim());
  return [
    ...validateExpression(expression, `${field}.expression`, environment(t.bool)),
    ...(messageExpression.trim() === "" && messageExpression === ""
      ? []
      : validateExpression(messageExpression, `${field}.messageExpression`, environment(t.string))),
    ...when(
      message !== "" && message.trim() === "",
      cause.invalid(`${field}.message`, message, "message must be non-empty if specified"),
    ),
    ...when(
      hasLines(message),
      cause.invalid(`${field}.message`, message, "message must not contain line breaks"),
    ),
    ...when(
      hasLines(expression) && message === "",
      cause.required(`${field}.message`, "message must be specified if expression contains line breaks"),
    ),
    ...when(
      reason !== undefined && reason !== "" && !reasons.includes(reason),
      cause.notSupported(`${field}.reason`, reason, reasons),
    ),
  ];
}

function validateExpression(
  expression: string,
  field: string,
  environment: CelEnvironment,
): readonly Cause[] {
  if (expression.trim() === "")
    return [cause.required(field, `${field.split(".").at(-1) ?? ""} is not specified`)];
  const program = compiled(expression, environment, field);
  return "isProgram" in program ? [] : program;
}

function validateAnnotations(
  annotations: readonly Received<AuditAnnotation>[],
  policy: string,
  environment: Within,
): readonly Cause[] {
  const field = "spec.auditAnnotations";
  const keys = annotations.map(({ key = "" }) => key);
  return [
    ...when(keys.length > auditAnnotationsMax, cause.tooMany(field, keys.length, auditAnnotationsMax)),
    ...each(annotations, field, ({ key = "", valueExpression = "" }, at, i) => [
      ...validateKey(key, policy, `${at}.key`),
      ...when(key !== "" && keys.indexOf(key) < i, cause.duplicate(`${at}.key`, key)),
      ...(valueExpression.length > valueExpressionBytesMax
        ? [cause.tooLong(`${at}.valueExpression`, valueExpressionBytesMax)]
        : validateExpression(valueExpression, `${at}.valueExpression`, environment(t.string, t.null))),
    ]),
  ];
}

function validateKey(key: string, policy: string, field: string): readonly Cause[] {
  if (key === "") return [cause.required(field)];
  if (key.includes("/")) return [cause.invalid(field, key, "key must not contain '/'")];
  const wrong = qualifiedName(policy === "" ? key : `${policy}/${key}`);
  return wrong === undefined ? [] : [cause.invalid(field, key, wrong)];
}
