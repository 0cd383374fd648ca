/** IngressClass: who implements ingresses. */
import type { IngressClass, IngressClassParameters } from "@kubus/shared/api/networking.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, dnsSubdomain } from "../../../api/names.ts";
import { withChanged, withDefaults } from "../../../api/defaults.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn, none } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { checked, validateImmutable } from "../../rules.ts";
import { validateReference } from "../ingress/validate-backend.ts";

const controllerBytesMax = 250;
const scopes = ["Cluster", "Namespace"];
const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

export const ingressClassKind = defineKind<IngressClass>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "IngressClass",
  plural: "ingressclasses",
  owner: "nobody: it has no status",
  scope: "Cluster",
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "Controller", type: "string", of: ({ spec }) => spec?.controller ?? "" },
    { name: "Parameters", type: "string", of: parametersText },
    ageColumn,
  ],
  setDefaults: (ingressClass) =>
    withChanged(ingressClass, "spec", (spec) =>
      withChanged(spec, "parameters", (parameters) => withDefaults(parameters, { scope: "Cluster" })),
    ),
  validate: ({ spec = {} }) => validateSpec(spec),
  validateUpdate: (next, previous) =>
    validateImmutable(next.spec?.controller ?? "", previous.spec?.controller ?? "", "spec.controller"),
});

function parametersText({ spec }: IngressClass): string {
  if (spec?.parameters === undefined) return none;
  const { apiGroup, kind, name } = spec.parameters;
  return apiGroup === undefined ? `${kind}/${name}` : `${kind}.${apiGroup}/${name}`;
}

function validateSpec({
  controller = "",
  parameters,
}: Received<NonNullable<IngressClass["spec"]>>): readonly Cause[] {
  return [
    ...validateController(controller),
    ...(parameters === undefined ? [] : validateParameters(parameters, "spec.parameters")),
  ];
}

/** A path below a domain: who owns the domain names the controller. */
function validateController(controller: string): readonly Cause[] {
  const field = "spec.controller";
  if (controller === "") return [cause.required(field)];
  const slash = controller.indexOf("/");
  const host = controller.slice(0, Math.max(slash, 0));
  const path = controller.slice(slash + 1);
  const tooLong = controller.length > controllerBytesMax ? [cause.tooLong(field, controllerBytesMax)] : [];
  if (host === "" || path === "")
    return [
      ...tooLong,
      cause.invalid(field, controller, 'must be a domain-prefixed path (such as "acme.io/foo")'),
    ];
  const wrongPath = `Invalid path (regex used for validation is '${httpPath}')`;
  return [
    ...tooLong,
    ...checked(dnsSubdomain, host, field),
    ...(new RegExp(`^${httpPath}$`).test(path) ? [] : [cause.invalid(field, path, wrongPath)]),
  ];
}

function validateParameters(parameters: Received<IngressClassParameters>, field: string): readonly Cause[] {
  const { scope, namespace } = parameters;
  return [
    ...validateReference(parameters, field),
    ...(scope === undefined
      ? [cause.required(`${field}.scope`)]
      : scopes.includes(scope)
        ? validateNamespace(scope, namespace, `${field}.namespace`)
        : [cause.notSupported(`${field}.scope`, scope, scopes)]),
  ];
}

function validateNamespace(scope: string, namespace: string | undefined, field: string): readonly Cause[] {
  if (scope === "Cluster")
    return namespace === undefined ? [] : [cause.forbidden(field, "`parameters.scope` is set to 'Cluster'")];
  return namespace === undefined
    ? [cause.required(field, "`parameters.scope` is set to 'Namespace'")]
    : checked(dnsLabel, namespace, field);
}
