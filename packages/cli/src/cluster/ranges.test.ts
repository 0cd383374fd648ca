import assert from "node:assert/strict";
import { test } from "node:test";
import { apiServiceAddress, freeSlots, rangesOf, slotCount } from "./ranges.ts";

test("the first slot has the ranges that people know", () => {
  const { podCidr, serviceCidr, nodeCidr } = rangesOf(0);
  assert.deepEqual([nodeCidr, podCidr, serviceCidr], ["10.77.0.0/24", "10.244.0.0/16", "10.96.0.0/20"]);
  assert.equal(apiServiceAddress(serviceCidr), "10.96.0.1");
});

test("no two slots share an address", () => {
  for (let slot = 0; slot < slotCount; slot += 1) {
    const { nodeCidr, podCidr, serviceCidr } = rangesOf(slot);
    const free = freeSlots([nodeCidr, podCidr, serviceCidr]);
    assert.equal(free.includes(slot), false);
    assert.equal(free.length, slotCount - 1);
  }
});

test("what the machine uses already is left alone", () => {
  assert.equal(freeSlots(["default", "192.168.1.0/24"])[0], 0);
  assert.equal(freeSlots(["0.0.0.0/0"])[0], 0);
  assert.equal(freeSlots(["10.244.3.0/24"])[0], 1);
  assert.equal(freeSlots(["10.77.0.9"])[0], 1);
  assert.deepEqual(freeSlots(["10.0.0.0/8"]), []);
});
