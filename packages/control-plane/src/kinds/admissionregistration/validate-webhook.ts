/** The rules of webhooks. Pure. */
import type { MutatingWebhook, WebhookClientConfig } from "@kubus/shared/api/admissionregistration.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dns1035Label, dnsSubdomain } from "../../api/names.ts";
import { cause } from "../causes.ts";
import type { Received } from "../received.ts";
import { each, validateChoiceIfSaid, when } from "../rules.ts";
import {
  validateFailurePolicy,
  validateMatchConditions,
  validateMatchPolicy,
  validateRule,
  validateSelectorIfSaid,
} from "./validate-rules.ts";

type Webhook = Received<MutatingWebhook>;

const sideEffects = ["None", "NoneOnDryRun"];
const reinvocationPolicies = ["IfNeeded", "Never"];
const understoodVersions = ["v1", "v1beta1"];

export function validateWebhooks(webhooks: readonly Webhook[] | undefined): readonly Cause[] {
  const names = (webhooks ?? []).map(({ name = "" }) => name);
  return each(webhooks, "webhooks", (webhook, at, i) => [
    ...validateWebhook(webhook, at),
    ...when(names.indexOf(names[i] ?? "") < i, cause.duplicate(`${at}.name`, names[i])),
  ]);
}

const validateWebhook = (webhook: Webhook, field: string): readonly Cause[] => [
  ...validateName(webhook.name ?? "", `${field}.name`),
  ...validateReviewVersions(webhook.admissionReviewVersions, `${field}.admissionReviewVersions`),
  ...each(webhook.rules, `${field}.rules`, validateRule),
  ...validateFailurePolicy(webhook.failurePolicy, `${field}.failurePolicy`),
  ...validateMatchPolicy(webhook.matchPolicy, `${field}.matchPolicy`),
  ...validateSideEffects(webhook.sideEffects, `${field}.sideEffects`),
  ...validateTimeout(webhook.timeoutSeconds, `${field}.timeoutSeconds`),
  ...validateSelectorIfSaid(webhook.namespaceSelector, `${field}.namespaceSelector`),
  ...validateSelectorIfSaid(webhook.objectSelector, `${field}.objectSelector`),
  ...validateChoiceIfSaid(webhook.reinvocationPolicy, reinvocationPolicies, `${field}.reinvocationPolicy`),
  ...validateClient(webhook.clientConfig ?? {}, `${field}.clientConfig`),
  ...validateMatchConditions(webhook.matchConditions, `${field}.matchConditions`, false),
];

/** A fully qualified domain: no two webhooks of two makers ever share a name. */
function validateName(name: string, field: string): readonly Cause[] {
  if (name === "") return [cause.required(field)];
  const wrong = dnsSubdomain(name);
  if (wrong !== undefined) return [cause.invalid(field, name, wrong)];
  return when(
    name.split(".").length < 3,
    cause.invalid(field, name, "should be a domain with at least three segments separated by dots"),
  );
}

function validateReviewVersions(
  versions: Webhook["admissionReviewVersions"],
  field: string,
): readonly Cause[] {
  const list = (versions ?? []).map(String);
  if (list.length === 0)
    return [cause.required(field, `must specify one of ${understoodVersions.join(", ")}`)];
  return [
    ...list.flatMap((version, i) => {
      if (list.indexOf(version) < i) return [cause.invalid(`${field}[${i}]`, version, "duplicate version")];
      const wrong = dns1035Label(version);
      return wrong === undefined ? [] : [cause.invalid(`${field}[${i}]`, version, wrong)];
    }),
    ...when(
      !list.some((version) => understoodVersions.includes(version)),
      cause.invalid(field, list, `must include at least one of ${understoodVersions.join(", ")}`),
    ),
  ];
}

function validateSideEffects(given: string | undefined, field: string): readonly Cause[] {
  if (given === undefined || given === "")
    return [cause.required(field, `must specify one of ${sideEffects.join(", ")}`)];
  return when(!sideEffects.includes(given), cause.notSupported(field, given, sideEffects));
}

const validateTimeout = (seconds: number | undefined, field: string): readonly Cause[] =>
  when(
    seconds !== undefined && (seconds < 1 || seconds > 30),
    cause.invalid(field, seconds, "the timeout value must be between 1 and 30 seconds"),
  );

function validateClient({ url, service }: Received<WebhookClientConfig>, field: string): readonly Cause[] {
  if ((url === undefined) === (service === undefined))
    return [cause.required(field, "exactly one of url or service is required")];
  return [
    ...(url === undefined ? [] : validateUrl(url, `${field}.url`)),
    ...(service === undefined ? [] : validateService(service, `${field}.service`)),
  ];
}

const form = "; desired format: https://host[/path]";

function validateUrl(text: string, field: string): readonly Cause[] {
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/.exec(text);
  const [, scheme = "", authority = "", , query, fragment] = match ?? [];
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  return [
    ...when(
      scheme.toLowerCase() !== "https",
      cause.invalid(field, scheme, `'https' is the only allowed URL scheme${form}`),
    ),
    ...when(host === "", cause.invalid(field, host, `host must be specified${form}`)),
    ...when(
      at >= 0,
      cause.invalid(field, authority.slice(0, at), "user information is not permitted in the URL"),
    ),
    ...when(
      fragment !== undefined,
      cause.invalid(field, fragment?.slice(1), "fragments are not permitted in the URL"),
    ),
    ...when(
      query !== undefined,
      cause.invalid(field, query?.slice(1), "query parameters are not permitted in the URL"),
    ),
  ];
}

function validateService(
  { name = "", namespace = "", port, path }: Received<NonNullable<WebhookClientConfig["service"]>>,
  field: string,
): readonly Cause[] {
  return [
    ...when(name === "", cause.required(`${field}.name`, "service name is required")),
    ...when(namespace === "", cause.required(`${field}.namespace`, "service namespace is required")),
    ...when(
      port !== undefined && (port < 1 || port > 65_535),
      cause.invalid(`${field}.port`, port, "port is not valid: must be between 1 and 65535, inclusive"),
    ),
    ...(path === undefined ? [] : validatePath(path, `${field}.path`)),
  ];
}

function validatePath(path: string, field: string): readonly Cause[] {
  if (path === "/" || path === "") return [];
  if (path === "//") return [cause.invalid(field, path, "segment[0] may not be empty")];
  const steps = path.replace(/^\//, "").replace(/\/$/, "").split("/");
  return [
    ...when(!path.startsWith("/"), cause.invalid(field, path, "must start with a '/'")),
    ...steps.flatMap((step, i) => {
      if (step === "") return [cause.invalid(field, path, `segment[${i}] may not be empty`)];
      const wrong = dnsSubdomain(step);
      return wrong === undefined ? [] : [cause.invalid(field, path, `segment[${i}]: ${wrong}`)];
    }),
  ];
}
