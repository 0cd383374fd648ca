/**
 * What expressions of admission may speak of, and what is wrong with one that does not compile. Pure.
 *
 * `object` and `oldObject` are of any kind; the policy controller also checks them against the kinds that a policy is
 * about.
 */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import {
  compileCel,
  isCelError,
  t,
  type CelEnvironment,
  type CelProgram,
  type CelType,
} from "../../cel/cel.ts";
import { cause } from "../causes.ts";
import { authorizerFunctions, authorizerType } from "./cel-authorizer.ts";

const groupVersion = (name: string, last: string): CelType =>
  t.object(name, { group: t.string, version: t.string, [last]: t.string });
const kindType = groupVersion("kubernetes.GroupVersionKind", "kind");
const resourceType = groupVersion("kubernetes.GroupVersionResource", "resource");

export const requestType = t.object("kubernetes.AdmissionRequest", {
  kind: kindType,
  resource: resourceType,
  subResource: t.string,
  requestKind: kindType,
  requestResource: resourceType,
  requestSubResource: t.string,
  name: t.string,
  namespace: t.string,
  operation: t.string,
  userInfo: t.object("kubernetes.UserInfo", {
    username: t.string,
    uid: t.string,
    groups: t.list(t.string),
    extra: t.map(t.string, t.list(t.string)),
  }),
  dryRun: t.bool,
  options: t.dyn,
});

const common = {
  object: t.dyn,
  oldObject: t.dyn,
  request: requestType,
  authorizer: authorizerType,
};

const environment = (
  more: Readonly<Record<string, CelType>>,
  result: CelEnvironment["result"],
): CelEnvironment => ({
  variables: { ...common, ...more },
  functions: authorizerFunctions,
  ...(result === undefined ? {} : { result }),
});

/** `variables` of a policy: those that were defined before. */
export const variablesType = (known: ReadonlyMap<string, CelType>): CelType =>
  t.object("kubernetes.variables", Object.fromEntries(known));

const ofWebhook = environment({}, t.bool);
const ofPolicy = environment({ params: t.dyn, namespaceObject: t.dyn }, t.bool);
const ofPolicyWithoutParams = environment({ namespaceObject: t.dyn }, t.bool);

/** Of a webhook's match condition, or of a policy's. */
export const conditionEnvironment = (owner: "webhook" | "policy", hasParams: boolean): CelEnvironment =>
  owner === "webhook" ? ofWebhook : hasParams ? ofPolicy : ofPolicyWithoutParams;

/** Of a policy's expressions, after its variables. */
export const policyEnvironment = (
  hasParams: boolean,
  variables: CelType,
  result: CelEnvironment["result"],
): CelEnvironment =>
  environment({ namespaceObject: t.dyn, variables, ...(hasParams ? { params: t.dyn } : {}) }, result);

export function compiled(
  expression: string,
  within: CelEnvironment,
  field: string,
): CelProgram | readonly Cause[] {
  const program = compileCel(expression, within);
  return isCelError(program)
    ? [cause.invalid(field, expression, `compilation failed: ${program.message}`)]
    : program;
}

export function compileCondition(
  expression: string,
  hasParams: boolean | undefined,
  field: string,
): readonly Cause[] {
  const owner = hasParams === undefined ? "webhook" : "policy";
  const program = compiled(expression, conditionEnvironment(owner, hasParams === true), field);
  return "isProgram" in program ? [] : program;
}

export type { CelProgram };
