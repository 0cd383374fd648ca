import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node } from "@kubus/shared/api/node.ts";
import { nodeKind } from "../../index.ts";
import { testRefusals, testRefusedChanges } from "../../testing/cases.ts";
import { causesOf, causesOfUpdate, created } from "../../testing/refusals.ts";

const node = (spec: object = {}, more: object = {}) => ({ spec, ...more });
const tainted = (...taints: readonly object[]) => node({ taints });
const taint = { key: "a", effect: "NoSchedule" };
const at = "metadata.taints[0]";

testRefusals(nodeKind, [
  ["a name that is none", { metadata: { name: "A b" } }, "FieldValueInvalid metadata.name"],
  ["a namespace", { metadata: { namespace: "default" } }, "FieldValueForbidden metadata.namespace"],
  ["a taint without a key", tainted({ effect: "NoSchedule" }), `FieldValueInvalid ${at}.key`],
  ["a taint without an effect", tainted({ key: "a" }), `FieldValueRequired ${at}.effect`],
  ["an unknown effect", tainted({ key: "a", effect: "Maybe" }), `FieldValueNotSupported ${at}.effect`],
  ["a value that cannot be", tainted({ ...taint, value: "a b" }), `FieldValueInvalid ${at}.value`],
  ["a taint twice", tainted(taint, { ...taint, value: "b" }), "FieldValueDuplicate metadata.taints[1]"],
  ["a range that is none", node({ podCIDRs: ["here"] }), "FieldValueInvalid spec.podCIDRs[0]"],
  [
    "a range twice",
    node({ podCIDRs: ["10.0.0.0/24", "10.0.0.0/24"] }),
    "FieldValueInvalid spec.podCIDRs",
    "FieldValueDuplicate spec.podCIDRs[1]",
  ],
  [
    "two ranges of a family",
    node({ podCIDRs: ["10.0.0.0/24", "10.0.1.0/24"] }),
    "FieldValueInvalid spec.podCIDRs",
  ],
  [
    "less than nothing, twice told",
    node({}, { status: { capacity: { cpu: "-1" } } }),
    "FieldValueInvalid status.capacity.cpu",
    "FieldValueInvalid status.allocatable.cpu",
  ],
  [
    "half a pod",
    node({}, { status: { allocatable: { pods: "500m" } } }),
    "FieldValueInvalid status.allocatable.pods",
  ],
]);

testRefusedChanges(nodeKind, [
  [
    "another range",
    node({ podCIDR: "10.0.0.0/24" }),
    node({ podCIDR: "10.0.1.0/24" }),
    "FieldValueForbidden spec.podCIDRs",
  ],
  ["no range any more", node({ podCIDR: "10.0.0.0/24" }), node(), "FieldValueForbidden spec.podCIDRs"],
  [
    "another identity",
    node({ providerID: "a" }),
    node({ providerID: "b" }),
    "FieldValueForbidden spec.providerID",
  ],
  ["another old identity", node({ externalID: "a" }), node(), "FieldValueForbidden spec.externalID"],
]);

test("an address is told once", () => {
  const address = { type: "InternalIP", address: "10.0.0.1" };
  const next = created(nodeKind, node({}, { status: { addresses: [address, address] } })) as Node;
  const causes = nodeKind.validateUpdate(next, created(nodeKind, node()) as Node);
  assert.deepEqual(
    causes.map(({ reason, field }) => `${reason} ${field}`),
    ["FieldValueDuplicate status.addresses[1]"],
  );
});

test("a node is accepted, and gets its range and its identity once", () => {
  const dual = node({
    podCIDRs: ["10.0.0.0/24", "fd00::/64"],
    taints: [taint, { key: "a", effect: "NoExecute" }],
  });
  assert.deepEqual(causesOf(nodeKind, dual), []);
  assert.equal((created(nodeKind, dual) as Node).spec.podCIDR, "10.0.0.0/24");
  const given = node({ podCIDR: "10.0.0.0/24", providerID: "a", unschedulable: true });
  assert.deepEqual(causesOfUpdate(nodeKind, given, node()), []);
});
