import assert from "node:assert/strict";
import { test } from "node:test";
import { gatewayOf, hardwareAddress, nextAddress, parseCidr } from "./addresses.ts";
import { cableLines, leaseOf, linkNameOf, linkOf, linkStateOf, routeLines } from "./batch.ts";

const cidr = (text: string) => {
  const parsed = parseCidr(text);
  assert.ok(parsed !== undefined);
  return parsed;
};

test("refuses what is not an IPv4 range with room for pods", () => {
  for (const text of ["10.0.0.0", "10.0.0.0/31", "10.0.0.256/24", "fd00::/64", "", "10.0.0.0/"])
    assert.equal(parseCidr(text), undefined, text);
  assert.equal(gatewayOf(cidr("10.244.3.77/24")), "10.244.3.1");
});

test("gives out every address of a range once, then none", () => {
  const taken = new Set<string>();
  let last: string | undefined;
  for (let next = nextAddress(cidr("10.9.0.0/29"), taken, last); next !== undefined;) {
    taken.add(next);
    last = next;
    next = nextAddress(cidr("10.9.0.0/29"), taken, last);
  }
  assert.deepEqual([...taken], ["10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5", "10.9.0.6"]);
});

test("lets an address that was just returned rest", () => {
  const range = cidr("10.9.0.0/24");
  assert.equal(nextAddress(range, new Set(), "10.9.0.7"), "10.9.0.8");
  assert.equal(nextAddress(range, new Set(["10.9.0.8"]), "10.9.0.7"), "10.9.0.9");
  assert.equal(nextAddress(range, new Set(), "10.9.0.254"), "10.9.0.2");
  assert.equal(nextAddress(range, new Set(), "10.7.0.9"), "10.9.0.2");
});

test("names a pod's link within the kernel's 15 characters and reads its owner back", () => {
  const lease = { podUid: "3f1c2a9e-8a34-4a3e-9f6b-2f5f3e9a1c11", address: "10.9.0.2" };
  assert.ok(linkOf(lease.podUid).length <= 15);
  const alias = /alias (\S+)/.exec(cableLines(lease, "/run/ns/net").join("\n"))?.[1];
  assert.deepEqual(leaseOf(alias), lease);
  assert.equal(leaseOf("somebody else's"), undefined);
  assert.equal(hardwareAddress("10.9.0.255"), "0a:58:0a:09:00:ff");
});

test("changes only the routes that are not right already, and none for the board's own range", () => {
  const peers = [
    { node: "board-1", address: "10.0.0.1", podCidr: "10.9.1.0/24" },
    { node: "board-2", address: "10.0.0.2", podCidr: "10.9.2.0/24" },
    { node: "board-3", address: "10.0.0.3", podCidr: "10.9.3.0/24" },
  ];
  const now = [
    { dst: "10.9.2.0/24", gateway: "10.0.0.2" },
    { dst: "10.9.3.0/24", gateway: "10.0.0.9" },
    { dst: "10.9.4.0/24", gateway: "10.0.0.4" },
  ];
  assert.deepEqual(routeLines(peers, now, "10.9.1.0/24"), {
    replace: ["route replace 10.9.3.0/24 via 10.0.0.3 proto 75"],
    remove: ["route del 10.9.4.0/24 proto 75"],
  });
});

test("tells a link with a carrier from one without", () => {
  const line = (flags: string) => `5: eth0@if6: <${flags}> mtu 1500 qdisc noqueue state UP`;
  assert.equal(linkStateOf(line("BROADCAST,MULTICAST,UP,LOWER_UP")), "up");
  assert.equal(linkStateOf(line("NO-CARRIER,BROADCAST,MULTICAST,UP")), "down");
  assert.equal(linkStateOf(line("BROADCAST,MULTICAST")), "down");
  assert.equal(linkStateOf(`Deleted ${line("BROADCAST,MULTICAST,UP,LOWER_UP")}`), "down");
  assert.equal(linkStateOf("nonsense"), undefined);
  assert.equal(linkNameOf(line("UP")), "eth0");
});
