/** The rules of services (core validation). Pure. */
import type { LoadBalancerIngress, Service } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { validateLabels } from "../../metadata/validate.ts";
import { validatePort } from "../../ports.ts";
import type { Received } from "../../received.ts";
import { checked, each, validateChoice, validateChoiceIfSaid, when } from "../../rules.ts";
import { validateAddress, validateEndpointAddress, validateRange } from "../../validate-address.ts";
import { familyOf } from "../families.ts";
import { isBalanced, isHeadless, isReachedFromOutside, needsHealthCheck, type ServiceSpec } from "./needs.ts";
import { validateClusterIps } from "./validate-cluster-ips.ts";
import { validateNodePorts, validatePorts, validatePortsOnce } from "./validate-ports.ts";

const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const affinities = ["ClientIP", "None"];
const policies = ["Cluster", "Local"];
const affinitySecondsMax = 86_400;
const sourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
const topologyHints = "service.kubernetes.io/topology-aware-hints";
const topologyMode = "service.kubernetes.io/topology-mode";
const onlyBalanced = "may only be used when `type` is 'LoadBalancer'";

type Annotations = Readonly<Record<string, string | undefined>>;

export function validateService({ metadata, spec = {} }: Received<Service>): readonly Cause[] {
  const annotations = metadata?.annotations ?? {};
  const { ports = [], type = "", externalIPs } = spec;
  return [
    ...validateTopology(annotations),
    ...when(ports.length === 0 && !isHeadless(spec) && type !== "ExternalName", cause.required("spec.ports")),
    ...validateType(spec),
    ...validatePorts(ports),
    ...validateLabels(spec.selector, "spec.selector"),
    ...validateAffinity(spec),
    ...validateClusterIps(spec),
    ...each(externalIPs, "spec.externalIPs", (ip, at) => {
      const wrong = validateAddress(ip, at);
      return wrong.length > 0 ? wrong : validateEndpointAddress(ip, at);
    }),
    ...validateChoice(type, types, "spec.type"),
    ...validateNodePorts(spec),
    ...validatePortsOnce(ports),
    ...validateSourceRanges(spec, annotations),
    ...validateBalancer(spec),
    ...validateTraffic(spec),
  ];
}

/** Two names of one thing, of which the older goes out of use. */
function validateTopology({ [topologyHints]: hints, [topologyMode]: mode }: Annotations): readonly Cause[] {
  return when(
    hints !== undefined && mode !== undefined && hints !== mode,
    cause.invalid(
      `metadata.annotations[${topologyMode}]`,
      mode,
      `must match annotations[${topologyHints}] when both are specified`,
    ),
  );
}

function validateType(spec: ServiceSpec): readonly Cause[] {
  const { type, clusterIPs = [], ipFamilies = [], ipFamilyPolicy, externalName = "" } = spec;
  if (type === "LoadBalancer" || type === "NodePort") {
    const why = `may not be set to 'None' for ${type} services`;
    return when(isHeadless(spec), cause.invalid("spec.clusterIPs[0]", clusterIPs[0], why));
  }
  if (type !== "ExternalName") return [];
  const forbidden = (field: string) => cause.forbidden(field, "may not be set for ExternalName services");
  const name = externalName.replace(/\.$/, "");
  return [
    ...when(clusterIPs.length > 0, forbidden("spec.clusterIPs")),
    ...when(ipFamilies.length > 0, forbidden("spec.ipFamilies")),
    ...when(ipFamilyPolicy !== undefined, forbidden("spec.ipFamilyPolicy")),
    ...(name === ""
      ? [cause.required("spec.externalName")]
      : checked(dnsSubdomain, name, "spec.externalName")),
  ];
}

function validateAffinity({
  sessionAffinity = "",
  sessionAffinityConfig: config,
}: ServiceSpec): readonly Cause[] {
  const field = "spec.sessionAffinityConfig";
  const seconds = config?.clientIP?.timeoutSeconds ?? 0;
  const why = `must be greater than 0 and less than ${affinitySecondsMax}`;
  return [
    ...validateChoice(sessionAffinity, affinities, "spec.sessionAffinity"),
    ...when(
      sessionAffinity === "ClientIP" && (seconds <= 0 || seconds > affinitySecondsMax),
      cause.invalid(`${field}.clientIP.timeoutSeconds`, seconds, why),
    ),
  ];
}

/** As a field, or as an annotation of old. */
function validateSourceRanges(spec: ServiceSpec, annotations: Annotations): readonly Cause[] {
  const { loadBalancerSourceRanges: ranges = [] } = spec;
  const isElsewhere = !isBalanced(spec);
  if (ranges.length > 0) {
    const field = "spec.LoadBalancerSourceRanges";
    return [
      ...when(isElsewhere, cause.forbidden(field, onlyBalanced)),
      ...each(ranges, field, (range, at) => validateRange(range.trim(), at)),
    ];
  }
  const text = annotations[sourceRangesAnnotation];
  if (text === undefined) return [];
  const field = `metadata.annotations[${sourceRangesAnnotation}]`;
  const listed = text.trim() === "" ? [] : text.split(",");
  return [
    ...when(isElsewhere, cause.forbidden(field, onlyBalanced)),
    ...listed.flatMap((range) => validateRange(range.trim(), field)),
  ];
}

function validateBalancer(spec: ServiceSpec): readonly Cause[] {
  const { allocateLoadBalancerNodePorts: allocates } = spec;
  return [
    ...when(
      allocates !== undefined && !isBalanced(spec),
      cause.forbidden("spec.allocateLoadBalancerNodePorts", onlyBalanced),
    ),
    ...validateClass(spec),
  ];
}

function validateClass(spec: ServiceSpec): readonly Cause[] {
  const { loadBalancerClass: name } = spec;
  const field = "spec.loadBalancerClass";
  if (name === undefined) return [];
  return isBalanced(spec) ? checked(qualifiedName, name, field) : [cause.forbidden(field, onlyBalanced)];
}

function validateTraffic(spec: ServiceSpec): readonly Cause[] {
  const { externalTrafficPolicy: outer = "", healthCheckNodePort: port = 0, trafficDistribution } = spec;
  const portField = "spec.healthCheckNodePort";
  const onlyLocal = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return [
    ...(isReachedFromOutside(spec)
      ? validateChoice(outer, policies, "spec.externalTrafficPolicy")
      : when(
          outer !== "",
          cause.invalid(
            "spec.externalTrafficPolicy",
            outer,
            "may only be set for externally-accessible services",
          ),
        )),
    ...(needsHealthCheck(spec)
      ? port === 0
        ? [cause.required(portField)]
        : validatePort(port, portField)
      : when(port !== 0, cause.invalid(portField, port, onlyLocal))),
    ...validateChoiceIfSaid(spec.internalTrafficPolicy, policies, "spec.internalTrafficPolicy"),
    ...validateChoiceIfSaid(trafficDistribution, ["PreferClose"], "spec.trafficDistribution"),
  ];
}

export function validateServiceStatus({ spec = {}, status = {} }: Received<Service>): readonly Cause[] {
  const field = "status.loadBalancer.ingress";
  const { ingress = [] } = status.loadBalancer ?? {};
  if (ingress.length > 0 && !isBalanced(spec))
    return [cause.forbidden(field, "may only be used when `spec.type` is 'LoadBalancer'")];
  return each(ingress, field, validateIngress);
}

function validateIngress(
  { ip = "", ipMode, hostname = "" }: Received<LoadBalancerIngress>,
  at: string,
): readonly Cause[] {
  const field = `${at}.ipMode`;
  return [
    ...(ip === "" ? [] : validateAddress(ip, `${at}.ip`)),
    ...when(ip !== "" && ipMode === undefined, cause.required(field, "must be specified when `ip` is set")),
    ...(ip === ""
      ? when(ipMode !== undefined, cause.forbidden(field, "may not be specified when `ip` is not set"))
      : validateChoiceIfSaid(ipMode, ["Proxy", "VIP"], field)),
    ...(hostname === "" ? [] : checked(dnsSubdomain, hostname, `${at}.hostname`)),
    ...when(
      familyOf(hostname) !== undefined,
      cause.invalid(`${at}.hostname`, hostname, "must be a DNS name, not an IP address"),
    ),
  ];
}
