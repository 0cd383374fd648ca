import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node } from "@kubus/shared/api/node.ts";
import { assignBlocks } from "./controller.ts";
import { freeBlock, parseCidr } from "./pod-cidr.ts";

const aNode = (name: string, podCIDR?: string): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, uid: name, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: podCIDR === undefined ? {} : { podCIDR },
});

test("takes the first free block and stops at the end of the range", () => {
  assert.equal(freeBlock("10.244.0.0/16", new Set()), "10.244.0.0/24");
  assert.equal(freeBlock("10.244.0.0/16", new Set(["10.244.0.0/24", "10.244.2.0/24"])), "10.244.1.0/24");
  assert.equal(freeBlock("10.244.7.0/24", new Set(["10.244.7.0/24"])), undefined);
});

test("refuses what is not a range", () => {
  for (const cidr of ["10.244.0.0", "10.244.0.0/25", "10.256.0.0/16", "", "fd00::/64"]) {
    assert.throws(() => parseCidr(cidr), /not an IPv4 range/, cidr);
  }
});

test("INVARIANT: boards that join at once get different blocks; those that have one keep it", () => {
  const nodes = [aNode("one"), aNode("two", "10.244.0.0/24"), aNode("three")];
  const { effects } = assignBlocks({ nodes, range: "10.244.0.0/16" });
  const blocks = effects.map((effect) => effect.type === "patch" && [effect.target.name, effect.patch]);
  assert.deepEqual(blocks, [
    [
      "one",
      { metadata: { resourceVersion: "1" }, spec: { podCIDR: "10.244.1.0/24", podCIDRs: ["10.244.1.0/24"] } },
    ],
    [
      "three",
      { metadata: { resourceVersion: "1" }, spec: { podCIDR: "10.244.2.0/24", podCIDRs: ["10.244.2.0/24"] } },
    ],
  ]);
});

test("says so when the range is full", () => {
  const { effects } = assignBlocks({
    nodes: [aNode("one", "10.244.0.0/24"), aNode("two")],
    range: "10.244.0.0/24",
  });
  assert.deepEqual(
    effects.map((effect) => effect.type === "recordEvent" && effect.reason),
    ["CIDRNotAvailable"],
  );
});
