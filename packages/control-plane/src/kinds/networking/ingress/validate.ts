/** The rules of ingresses (networking validation). Pure. */
import type { Ingress, IngressPath, IngressRule, IngressTls } from "@kubus/shared/api/networking.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain, wildcardSubdomain } from "../../../api/names.ts";
import { parseAddress } from "../../addresses.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked } from "../../rules.ts";
import { validateAddress } from "../../validate-address.ts";
import { validateBackend } from "./validate-backend.ts";

const classAnnotation = "kubernetes.io/ingress.class";
const pathTypes = ["Exact", "ImplementationSpecific", "Prefix"];
const noAddress = "must be a DNS name, not an IP address";

export function validateIngress({ spec = {} }: Received<Ingress>): readonly Cause[] {
  const { rules = [], tls = [], defaultBackend, ingressClassName } = spec;
  return [
    ...(rules.length === 0 && defaultBackend === undefined
      ? [cause.invalid("spec", spec.rules, "either `defaultBackend` or `rules` must be specified")]
      : []),
    ...(defaultBackend === undefined ? [] : validateBackend(defaultBackend, "spec.defaultBackend")),
    ...rules.flatMap((rule, i) => validateRule(rule, `spec.rules[${i}]`)),
    ...tls.flatMap((one, i) => validateTls(one, `spec.tls[${i}]`)),
    ...(ingressClassName === undefined
      ? []
      : checked(dnsSubdomain, ingressClassName, "spec.ingressClassName")),
  ];
}

/** The class may be told twice: by the old annotation and by the field. */
export function validateIngressCreate({ metadata, spec = {} }: Received<Ingress>): readonly Cause[] {
  const told = metadata?.annotations?.[classAnnotation];
  const { ingressClassName } = spec;
  return told === undefined || ingressClassName === undefined || told === ingressClassName
    ? []
    : [
        cause.invalid(
          `annotations.${classAnnotation}`,
          told,
          "must match `ingressClassName` when both are specified",
        ),
      ];
}

export function validateIngressStatus({ status }: Received<Ingress>): readonly Cause[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip = "", hostname = "" }, i) => {
    const field = `status.loadBalancer.ingress[${i}]`;
    return [
      ...(ip === "" ? [] : validateAddress(ip, `${field}.ip`)),
      ...(hostname === "" ? [] : checked(dnsSubdomain, hostname, `${field}.hostname`)),
      ...(parseAddress(hostname) === undefined
        ? []
        : [cause.invalid(`${field}.hostname`, hostname, noAddress)]),
    ];
  });
}

function validateRule({ host = "", http }: Received<IngressRule>, field: string): readonly Cause[] {
  const { paths = [] } = http ?? {};
  return [
    ...(parseAddress(host) === undefined ? [] : [cause.invalid(`${field}.host`, host, noAddress)]),
    ...(host === "" ? [] : validateHost(host, `${field}.host`)),
    ...(http !== undefined && paths.length === 0 ? [cause.required(`${field}.http.paths`)] : []),
    ...paths.flatMap((path, i) => validatePath(path, `${field}.http.paths[${i}]`)),
  ];
}

const validateHost = (host: string, field: string): readonly Cause[] =>
  checked(host.includes("*") ? wildcardSubdomain : dnsSubdomain, host, field);

const validateTls = (
  { hosts = [], secretName = "" }: Received<IngressTls>,
  field: string,
): readonly Cause[] => [
  ...hosts.flatMap((host, i) => validateHost(host, `${field}.hosts[${i}]`)),
  ...(secretName === "" ? [] : checked(dnsSubdomain, secretName, `${field}.secretName`)),
];

function validatePath(
  { path = "", pathType, backend = {} }: Received<IngressPath>,
  field: string,
): readonly Cause[] {
  if (pathType === undefined) return [cause.required(`${field}.pathType`, "pathType must be specified")];
  return [
    ...(pathTypes.includes(pathType)
      ? validatePathText(path, pathType, `${field}.path`)
      : [cause.notSupported(`${field}.pathType`, pathType, pathTypes)]),
    ...validateBackend(backend, `${field}.backend`),
  ];
}

const forbiddenInside = ["//", "/./", "/../", "%2f", "%2F"];
const forbiddenEnds = ["/..", "/."];

function validatePathText(path: string, pathType: string, field: string): readonly Cause[] {
  const isExplained = pathType !== "ImplementationSpecific";
  const isAbsolute = path.startsWith("/") || (path === "" && !isExplained);
  return [
    ...(isAbsolute ? [] : [cause.invalid(field, path, "must be an absolute path")]),
    ...forbiddenInside
      .filter((text) => isExplained && path.includes(text))
      .map((text) => cause.invalid(field, path, `must not contain '${text}'`)),
    ...forbiddenEnds
      .filter((text) => isExplained && path.endsWith(text))
      .map((text) => cause.invalid(field, path, `cannot end with '${text}'`)),
  ];
}
