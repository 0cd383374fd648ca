import assert from "node:assert/strict";
import { test } from "node:test";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { memoryStore } from "./memory-store.ts";
import { keyNamed, objectNamed, storeContract, witness } from "./store.contract.ts";
import { storeLimits } from "./store.ts";

for (const kind of ["durable", "transient"] as const) {
  storeContract(`memory, ${kind}`, () => {
    const store = memoryStore({ kind });
    return Promise.resolve({
      store,
      other: store,
      spoil: (key) => {
        store.spoil(key);
        return Promise.resolve();
      },
      stop: () => Promise.resolve(),
    });
  });
}

test("forgets old tombstones, but none that a follower may still need", async () => {
  const clock = simulatedClock();
  const store = memoryStore({ clock });
  const key = keyNamed("a");
  await store.delete(key, objectNamed("a"), await store.create(key, objectNamed("a")));
  await clock.advance(storeLimits.tombstoneAgeMinMs);
  assert.equal(await store.purgeTombstones(0), 0);
  await clock.advance(1);
  assert.equal(await store.purgeTombstones(0), 1);
  assert.equal(await store.get(key), undefined);
  await store.create(key, objectNamed("a"));
});

test("says that it is away, and followers hear nothing of what failed", async () => {
  const store = memoryStore();
  const seen = witness();
  await store.follow(seen.follower);
  store.setAway(true);
  const creating = store.create(keyNamed("a"), objectNamed("a"));
  await assert.rejects(creating, (error) => error instanceof Trouble && error.code === "disconnected");
  store.setAway(false);
  await store.create(keyNamed("b"), objectNamed("b"));
  await settle();
  assert.deepEqual(
    seen.entries.map(({ key }) => key),
    [keyNamed("b")],
  );
});

test("a transient store knows the resourceVersions of a former life, and its own are greater", async () => {
  const clock = simulatedClock();
  const former = memoryStore({ kind: "transient", clock });
  await clock.advance(1_000);
  const present = memoryStore({ kind: "transient", clock });
  const old = former.formatRevision(999);
  assert.equal(present.parseRevision(old), undefined);
  assert.ok(BigInt(present.formatRevision(1)) > BigInt(old) && BigInt(old) < 2n ** 63n);
});
