/** NetworkPolicy: who may talk to the pods that it selects, and whom they may talk to. */
import type { NetworkPolicy, NetworkPolicyPort } from "@kubus/shared/api/networking.ts";
import { withDefaults } from "../../../api/defaults.ts";
import { formatLabelSelector } from "../../../api/selectors.ts";
import { ageColumn, nameColumn, none } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { validateNetworkPolicy } from "./validate.ts";

export const networkPolicyKind = defineKind<NetworkPolicy>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  shortNames: ["netpol"],
  owner: "nobody: it has no status",
  hasGeneration: true,
  columns: [
    nameColumn,
    {
      name: "Pod-Selector",
      type: "string",
      of: ({ spec }) => formatLabelSelector(spec?.podSelector ?? {}) || none,
    },
    ageColumn,
  ],
  setDefaults: setNetworkPolicyDefaults,
  validate: validateNetworkPolicy,
});

type Spec = NonNullable<Received<NetworkPolicy>["spec"]>;

/** What a policy does not say it limits, it limits as its rules imply: ingress always. */
function setNetworkPolicyDefaults(policy: Received<NetworkPolicy>): NetworkPolicy {
  const { spec = {} } = policy;
  const policyTypes = ["Ingress", ...((spec.egress ?? []).length > 0 ? ["Egress"] : [])];
  const filled: Spec = {
    podSelector: {},
    ...spec,
    ...((spec.policyTypes ?? []).length > 0 ? {} : { policyTypes }),
    ...(spec.ingress === undefined ? {} : { ingress: spec.ingress.map(withProtocols) }),
    ...(spec.egress === undefined ? {} : { egress: spec.egress.map(withProtocols) }),
  };
  return { ...policy, spec: filled } as NetworkPolicy;
}

interface Rule {
  readonly ports?: readonly Received<NetworkPolicyPort>[] | undefined;
}

const withProtocols = <T extends Rule>(rule: T): T =>
  rule.ports === undefined
    ? rule
    : { ...rule, ports: rule.ports.map((port) => withDefaults(port, { protocol: "TCP" })) };
