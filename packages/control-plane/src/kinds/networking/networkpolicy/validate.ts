/** The rules of network policies (networking validation). Pure. */
import type {
  IpBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from "@kubus/shared/api/networking.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { contains, parseRange } from "../../addresses.ts";
import { cause } from "../../causes.ts";
import { protocols, validatePort, validatePortName } from "../../ports.ts";
import type { Received } from "../../received.ts";

import { validateLabelSelector } from "../../label-selector.ts";
import { validateRange } from "../../validate-address.ts";

const types = ["Egress", "Ingress"];

export function validateNetworkPolicy({ spec = {} }: Received<NetworkPolicy>): readonly Cause[] {
  const { podSelector = {}, ingress = [], egress = [], policyTypes = [] } = spec;
  return [
    ...validateLabelSelector(podSelector, "spec.podSelector"),
    ...ingress.flatMap(({ ports = [], from = [] }, i) => [
      ...ports.flatMap((port, k) => validatePolicyPort(port, `spec.ingress[${i}].ports[${k}]`)),
      ...from.flatMap((peer, k) => validatePeer(peer, `spec.ingress[${i}].from[${k}]`)),
    ]),
    ...egress.flatMap(({ ports = [], to = [] }, i) => [
      ...ports.flatMap((port, k) => validatePolicyPort(port, `spec.egress[${i}].ports[${k}]`)),
      ...to.flatMap((peer, k) => validatePeer(peer, `spec.egress[${i}].to[${k}]`)),
    ]),
    ...validateTypes(policyTypes),
  ];
}

function validateTypes(policyTypes: readonly string[]): readonly Cause[] {
  const field = "spec.policyTypes";
  if (policyTypes.length > types.length)
    return [cause.invalid(field, policyTypes, "may not specify more than two policyTypes")];
  return policyTypes.flatMap((type, i) =>
    types.includes(type) ? [] : [cause.notSupported(`${field}[${i}]`, type, types)],
  );
}

function validatePolicyPort(
  { protocol = "TCP", port, endPort }: Received<NetworkPolicyPort>,
  field: string,
): readonly Cause[] {
  return [
    ...(protocols.includes(protocol) ? [] : [cause.notSupported(`${field}.protocol`, protocol, protocols)]),
    ...validatePortRange(port, endPort, field),
  ];
}

function validatePortRange(
  port: number | string | undefined,
  endPort: number | undefined,
  field: string,
): readonly Cause[] {
  const wrongEnd = (why: string) =>
    endPort === undefined ? [] : [cause.invalid(`${field}.endPort`, endPort, why)];
  if (port === undefined) return wrongEnd("may not be specified when `port` is not specified");
  if (typeof port === "string")
    return [
      ...wrongEnd("may not be specified when `port` is non-numeric"),
      ...validatePortName(port, `${field}.port`),
    ];
  return [
    ...validatePort(port, `${field}.port`),
    ...(endPort !== undefined && endPort < port ? wrongEnd("must be greater than or equal to `port`") : []),
    ...(endPort === undefined ? [] : validatePort(endPort, `${field}.endPort`)),
  ];
}

function validatePeer(
  { podSelector, namespaceSelector, ipBlock }: Received<NetworkPolicyPeer>,
  field: string,
): readonly Cause[] {
  const selectors = [podSelector, namespaceSelector].filter((one) => one !== undefined).length;
  return [
    ...(podSelector === undefined ? [] : validateLabelSelector(podSelector, `${field}.podSelector`)),
    ...(namespaceSelector === undefined
      ? []
      : validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`)),
    ...(ipBlock === undefined ? [] : validateBlock(ipBlock, `${field}.ipBlock`)),
    ...(selectors === 0 && ipBlock === undefined ? [cause.required(field, "must specify a peer")] : []),
    ...(selectors > 0 && ipBlock !== undefined
      ? [cause.forbidden(field, "may not specify both ipBlock and another peer")]
      : []),
  ];
}

function validateBlock({ cidr = "", except = [] }: Received<IpBlock>, field: string): readonly Cause[] {
  if (cidr === "") return [cause.required(`${field}.cidr`)];
  const outer = parseRange(cidr);
  if (outer === undefined) return validateRange(cidr, `${field}.cidr`);
  return except.flatMap((text, i) => {
    const at = `${field}.except[${i}]`;
    const inner = parseRange(text);
    if (inner === undefined) return validateRange(text, at);
    return contains(outer, inner) && outer.prefixBits < inner.prefixBits
      ? []
      : [cause.invalid(at, text, "must be a strict subset of `cidr`")];
  });
}
