/** Two boards and a cable between them, as network namespaces; pods reach each other over it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { addressesIn } from "./addresses.ts";
import { blockOf, hostsOf } from "./block.ts";

test("a block has a gateway and its addresses go round in a circle", () => {
  assert.deepEqual(blockOf("10.244.3.0/24"), { network: "10.244.3.0/24", gateway: "10.244.3.1", prefix: 24 });
  const hosts = [...hostsOf("10.244.3.0/29", undefined)];
  assert.deepEqual(hosts, ["10.244.3.2", "10.244.3.3", "10.244.3.4", "10.244.3.5", "10.244.3.6"]);
  assert.deepEqual([...hostsOf("10.244.3.0/29", "10.244.3.5")][0], "10.244.3.6");
  assert.deepEqual([...hostsOf("10.244.3.0/29", "10.244.3.6")][0], "10.244.3.2");
  for (const bad of ["10.244.3.0", "10.244.3.0/31", "text"]) assert.throws(() => blockOf(bad), /not a block/);
});

test("INVARIANT: no two pods ever hold the same address, also when many ask at once", async () => {
  const dir = mkdtempSync(join(tmpdir(), "kubus-addresses-"));
  const addresses = addressesIn(dir);
  const pods = Array.from({ length: 60 }, (_, i) => `pod-${i}`);
  const given = await Promise.all(pods.map((pod) => addresses.take(pod, "10.244.3.0/24")));
  assert.equal(new Set(given).size, 60);
  assert.equal(await addresses.take("pod-7", "10.244.3.0/24"), given[7]);
  await addresses.release("pod-7");
  assert.equal(await addresses.of("pod-7"), undefined);
  assert.notEqual(await addressesIn(dir).take("pod-new", "10.244.3.0/24"), given[8]);
  rmSync(dir, { recursive: true });
});

test("says so when every address is held", async () => {
  const dir = mkdtempSync(join(tmpdir(), "kubus-addresses-"));
  const addresses = addressesIn(dir);
  for (let i = 0; i < 5; i += 1) await addresses.take(`pod-${i}`, "10.244.3.0/29");
  await assert.rejects(addresses.take("one too many", "10.244.3.0/29"), /Every address of 10.244.3.0\/29/);
  rmSync(dir, { recursive: true });
});
