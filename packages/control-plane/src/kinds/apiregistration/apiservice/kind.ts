/** APIService: a version of a group that this API answers for. Each has one by itself (controllers/apiservice). */
import type { Condition, KubeObject } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dns1035Label, dnsSubdomain, pathSegmentName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { checked, checkedIfSaid, each, validateChoiceIfSaid, when } from "../../rules.ts";

export interface ApiService extends KubeObject {
  readonly spec?: {
    readonly group?: string;
    readonly version?: string;
    readonly groupPriorityMinimum?: number;
    readonly versionPriority?: number;
    readonly service?: { readonly namespace?: string; readonly name?: string; readonly port?: number };
    readonly caBundle?: string;
    readonly insecureSkipTLSVerify?: boolean;
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const groupPriorityMax = 20_000;
const versionPriorityMax = 1_000;
const statuses = ["True", "False", "Unknown"];

export const apiServiceKind = defineKind<ApiService>({
  group: "apiregistration.k8s.io",
  version: "v1",
  kind: "APIService",
  plural: "apiservices",
  categories: ["api-extensions"],
  owner: "api service controller",
  scope: "Cluster",
  schema: "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService",
  subresources: ["status"],
  nameRule: pathSegmentName,
  columns: [
    nameColumn,
    { name: "Service", type: "string", of: serviceText },
    { name: "Available", type: "string", of: availableText },
    ageColumn,
  ],
  validate: validateApiService,
  validateStatusUpdate: ({ status }: Received<ApiService>) =>
    each(status?.conditions, "status.conditions", (condition, at) =>
      validateChoiceIfSaid(condition.status, statuses, `${at}.status`),
    ),
});

function serviceText({ spec }: ApiService): string {
  return spec?.service === undefined ? "Local" : `${spec.service.namespace ?? ""}/${spec.service.name ?? ""}`;
}

function availableText({ status }: ApiService): string {
  const condition = status?.conditions?.find(({ type }) => type === "Available");
  if (condition === undefined) return "Unknown";
  const { status: is, reason = "" } = condition;
  return is === "True" || reason === "" ? is : `${is} (${reason})`;
}

function validateApiService({ metadata, spec = {} }: Received<ApiService>): readonly Cause[] {
  const { group = "", version = "", groupPriorityMinimum = 0, versionPriority = 0 } = spec;
  const wanted = `${version}.${group}`;
  const name = metadata?.name ?? "";
  return [
    ...when(
      name !== "" && pathSegmentName(name) === undefined && name !== wanted,
      cause.invalid(
        "metadata.name",
        name,
        `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`,
      ),
    ),
    ...when(
      group === "" && version !== "v1",
      cause.required("spec.group", "only v1 may have an empty group and it better be legacy kube"),
    ),
    ...checkedIfSaid(dnsSubdomain, group, "spec.group"),
    ...checked(dns1035Label, version, "spec.version"),
    ...validatePriority(groupPriorityMinimum, groupPriorityMax, "spec.groupPriorityMinimum"),
    ...validatePriority(versionPriority, versionPriorityMax, "spec.versionPriority"),
    ...(spec.service === undefined ? validateLocal(spec) : validateRemote(spec)),
  ];
}

type Spec = Received<NonNullable<ApiService["spec"]>>;

const validatePriority = (priority: number, max: number, field: string): readonly Cause[] =>
  when(
    priority <= 0 || priority > max,
    cause.invalid(field, priority, `must be positive and less than ${max}`),
  );

function validateLocal({ caBundle = "", insecureSkipTLSVerify = false }: Spec): readonly Cause[] {
  const bytes = Buffer.from(caBundle, "base64").length;
  return [
    ...when(
      bytes > 0,
      cause.invalid("spec.caBundle", `${bytes} bytes`, "local APIServices may not have a caBundle"),
    ),
    ...when(
      insecureSkipTLSVerify,
      cause.invalid(
        "spec.insecureSkipTLSVerify",
        true,
        "local APIServices may not have insecureSkipTLSVerify",
      ),
    ),
  ];
}

/** A server of its own for a group: none is ever asked here, so it is not taken either. */
function validateRemote({ service, caBundle = "", insecureSkipTLSVerify = false }: Spec): readonly Cause[] {
  const { namespace = "", name = "" } = service ?? {};
  return [
    ...when(namespace === "", cause.required("spec.service.namespace")),
    ...when(name === "", cause.required("spec.service.name")),
    ...when(
      insecureSkipTLSVerify && caBundle !== "",
      cause.invalid("spec.insecureSkipTLSVerify", true, "may not be true if caBundle is present"),
    ),
    cause.forbidden(
      "spec.service",
      "aggregated API servers are not supported: this API serves its own groups and those of CustomResourceDefinitions",
    ),
  ];
}
