import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "@kubus/shared/api/core.ts";
import { serviceKind } from "../../index.ts";
import { testRefusals, testRefusedChanges, testRefusedStatuses } from "../../testing/cases.ts";
import { causesOf, causesOfUpdate, created } from "../../testing/refusals.ts";

const service = (spec: object = {}, metadata: object = {}) => ({
  metadata,
  spec: { ports: [{ port: 80 }], ...spec },
});
const ports = (...list: readonly object[]) => service({ ports: list });
const balanced = (spec: object = {}) => service({ type: "LoadBalancer", ...spec });

testRefusals(serviceKind, [
  ["no ports", { spec: {} }, "FieldValueRequired spec.ports"],
  ["a name that begins with a digit", service({}, { name: "1a" }), "FieldValueInvalid metadata.name"],
  [
    "ports without names",
    ports({ port: 80 }, { port: 81 }),
    "FieldValueRequired spec.ports[0].name",
    "FieldValueRequired spec.ports[1].name",
  ],
  [
    "a port name twice",
    ports({ name: "a", port: 1 }, { name: "a", port: 2 }),
    "FieldValueDuplicate spec.ports[1].name",
  ],
  [
    "a port twice",
    ports({ name: "a", port: 1 }, { name: "b", port: 1 }),
    "FieldValueDuplicate spec.ports[1]",
  ],
  [
    "port 0",
    ports({ port: 0 }),
    "FieldValueInvalid spec.ports[0].port",
    "FieldValueInvalid spec.ports[0].targetPort",
  ],
  [
    "a target name too long",
    ports({ port: 1, targetPort: "a-name-that-is-long" }),
    "FieldValueInvalid spec.ports[0].targetPort",
  ],
  [
    "an unknown protocol",
    ports({ port: 1, protocol: "ICMP" }),
    "FieldValueNotSupported spec.ports[0].protocol",
  ],
  [
    "an application protocol that cannot be",
    ports({ port: 1, appProtocol: "a b" }),
    "FieldValueInvalid spec.ports[0].appProtocol",
  ],
  [
    "a port of the boards without the type",
    ports({ port: 1, nodePort: 30_000 }),
    "FieldValueForbidden spec.ports[0].nodePort",
  ],
  [
    "a port of the boards twice",
    service({
      type: "NodePort",
      ports: [
        { name: "a", port: 1, nodePort: 30_000 },
        { name: "b", port: 2, nodePort: 30_000 },
      ],
    }),
    "FieldValueDuplicate spec.ports[1].nodePort",
  ],
  ["an unknown type", service({ type: "Cloud" }), "FieldValueNotSupported spec.type"],
  ["a selector that cannot be", service({ selector: { "a b": "c" } }), "FieldValueInvalid spec.selector"],
  [
    "an unknown affinity",
    service({ sessionAffinity: "Cookie" }),
    "FieldValueNotSupported spec.sessionAffinity",
  ],
  [
    "an affinity for more than a day",
    service({ sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } }),
    "FieldValueInvalid spec.sessionAffinityConfig.clientIP.timeoutSeconds",
  ],
  ["an address that is none", service({ clusterIP: "here" }), "FieldValueInvalid spec.clusterIPs[0]"],
  [
    "two first addresses",
    service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.2"] }),
    "FieldValueInvalid spec.clusterIPs",
  ],
  [
    "two addresses of one family",
    service({ clusterIPs: ["10.0.0.1", "10.0.0.2"] }),
    "FieldValueInvalid spec.clusterIPs",
  ],
  ["none and an address", service({ clusterIPs: ["None", "10.0.0.2"] }), "FieldValueInvalid spec.clusterIPs"],
  [
    "an address of the other family",
    service({ clusterIP: "10.0.0.1", ipFamilies: ["IPv6"] }),
    "FieldValueInvalid spec.clusterIPs[0]",
  ],
  ["a family twice", service({ ipFamilies: ["IPv4", "IPv4"] }), "FieldValueDuplicate spec.ipFamilies[1]"],
  [
    "an unknown family policy",
    service({ ipFamilyPolicy: "Any" }),
    "FieldValueNotSupported spec.ipFamilyPolicy",
  ],
  [
    "a loopback address outside",
    service({ externalIPs: ["127.0.0.1"] }),
    "FieldValueInvalid spec.externalIPs[0]",
  ],
  ["no name outside", { spec: { type: "ExternalName" } }, "FieldValueRequired spec.externalName"],
  [
    "a name outside with an address",
    { spec: { type: "ExternalName", externalName: "a.b", clusterIP: "10.0.0.1" } },
    "FieldValueForbidden spec.clusterIPs",
  ],
  [
    "ports of the boards without an address",
    service({ type: "NodePort", clusterIP: "None" }),
    "FieldValueInvalid spec.clusterIPs[0]",
  ],
  [
    "a policy for outside, inside",
    service({ externalTrafficPolicy: "Local" }),
    "FieldValueInvalid spec.externalTrafficPolicy",
  ],
  [
    "unknown policies",
    balanced({ externalTrafficPolicy: "Some", internalTrafficPolicy: "Some" }),
    "FieldValueNotSupported spec.externalTrafficPolicy",
    "FieldValueNotSupported spec.internalTrafficPolicy",
  ],
  [
    "local traffic without a port to ask",
    balanced({ externalTrafficPolicy: "Local" }),
    "FieldValueRequired spec.healthCheckNodePort",
  ],
  [
    "a port to ask about nothing",
    balanced({ healthCheckNodePort: 30_000 }),
    "FieldValueInvalid spec.healthCheckNodePort",
  ],
  [
    "parts of a balancer without one",
    service({
      allocateLoadBalancerNodePorts: true,
      loadBalancerClass: "a/b",
      loadBalancerSourceRanges: ["x"],
    }),
    "FieldValueForbidden spec.LoadBalancerSourceRanges",
    "FieldValueInvalid spec.LoadBalancerSourceRanges[0]",
    "FieldValueForbidden spec.allocateLoadBalancerNodePorts",
    "FieldValueForbidden spec.loadBalancerClass",
  ],
  [
    "an unknown distribution",
    service({ trafficDistribution: "Random" }),
    "FieldValueNotSupported spec.trafficDistribution",
  ],
]);

testRefusedChanges(serviceKind, [
  [
    "another address",
    service({ clusterIP: "10.0.0.1" }),
    service({ clusterIP: "10.0.0.2" }),
    "FieldValueInvalid spec.clusterIPs[0]",
  ],
  [
    "another family",
    service({ ipFamilies: ["IPv4"] }),
    service({ ipFamilies: ["IPv6"] }),
    "FieldValueInvalid spec.ipFamilies[0]",
  ],
  [
    "a second address less, of what prefers two",
    service({
      clusterIPs: ["10.0.0.1", "fd00::1"],
      ipFamilyPolicy: "PreferDualStack",
      ipFamilies: ["IPv4", "IPv6"],
    }),
    service({ clusterIPs: ["10.0.0.1"], ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv4", "IPv6"] }),
    "FieldValueInvalid spec.ipFamilyPolicy",
  ],
  [
    "another balancer",
    balanced({ loadBalancerClass: "a/b" }),
    balanced({ loadBalancerClass: "a/c" }),
    "FieldValueInvalid spec.loadBalancerClass",
  ],
  [
    "another port to ask",
    balanced({ externalTrafficPolicy: "Local", healthCheckNodePort: 30_000 }),
    balanced({ externalTrafficPolicy: "Local", healthCheckNodePort: 30_001 }),
    "FieldValueForbidden spec.healthCheckNodePort",
  ],
]);

const seen = (ingress: object, spec: object = { type: "LoadBalancer" }) => ({
  ...service(spec),
  status: { loadBalancer: { ingress: [ingress] } },
});
const ingress = "status.loadBalancer.ingress";

testRefusedStatuses(serviceKind, [
  ["a balancer of what has none", service(), seen({ ip: "1.2.3.4" }, {}), `FieldValueForbidden ${ingress}`],
  ["an address that is none", balanced(), seen({ ip: "here" }), `FieldValueInvalid ${ingress}[0].ip`],
  [
    "an address for a name",
    balanced(),
    seen({ hostname: "1.2.3.4" }),
    `FieldValueInvalid ${ingress}[0].hostname`,
  ],
  [
    "a mode of no address",
    balanced(),
    seen({ hostname: "a", ipMode: "VIP" }),
    `FieldValueForbidden ${ingress}[0].ipMode`,
  ],
]);

test("services are accepted", () => {
  for (const manifest of [
    service(),
    { spec: { clusterIP: "None" } },
    { spec: { type: "ExternalName", externalName: "a.example.com." } },
    service({ externalIPs: ["192.0.2.1"], sessionAffinity: "ClientIP" }),
    balanced({ loadBalancerClass: "a/b", loadBalancerSourceRanges: [" 10.0.0.0/8 "] }),
  ])
    assert.deepEqual(causesOf(serviceKind, manifest), []);
});

test("what only the type of before had goes, and so may its address", () => {
  const before = balanced({ loadBalancerClass: "a/b", clusterIP: "10.0.0.1" });
  const { spec: whole } = created(serviceKind, before) as Service;
  const after = { spec: { ...whole, type: "ClusterIP" } };
  assert.deepEqual(causesOfUpdate(serviceKind, after, before), []);
  const outside = { spec: { type: "ExternalName", externalName: "a.b" } };
  assert.deepEqual(causesOfUpdate(serviceKind, outside, service({ clusterIP: "10.0.0.1" })), []);
});
