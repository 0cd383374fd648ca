/** Claims and volumes when a server dies at any write: no claim has two volumes, no volume two claims, none is lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { persistentVolumeClaimKind, persistentVolumeKind } from "../../kinds/index.ts";
import { aVolumeWorld, local, shared, type VolumeWorld } from "./testing/world.ts";

const none = { storageClassName: "" };

/** What is there before the server begins to die. */
async function aWorld(): Promise<VolumeWorld> {
  const world = await aVolumeWorld();
  for (const storageClass of [local, shared]) await world.storageClass(storageClass);
  await world.board("board-1", { "kubus.io/volumes-folder": "/volumes" });
  await world.volume("disk");
  await world.volume("other", { capacity: { storage: "2Gi" } });
  return world;
}

/** What people and the scheduler do, one after the other. What dies is tried again, as they would. */
const requests: readonly ((world: VolumeWorld) => Promise<unknown>)[] = [
  (world) => world.claim("a", none),
  (world) => world.claim("b", none),
  (world) => world.claim("c"),
  (world) => world.place("c", "board-1"),
  (world) => world.claim("d", { storageClassName: "shared" }),
  (world) => world.drop("c"),
];

async function live(write: number, moment: "before" | "after") {
  const world = await aWorld();
  world.stores.durable.crashAt(write, moment);
  for (const request of requests) {
    for (let tries = 0; tries < 2; tries += 1) {
      const isDone = await request(world).then(
        () => true,
        () => false, // A server that dies answers nobody.
      );
      await world.rest();
      check(world, `dead ${moment} write ${write}`);
      if (world.stores.durable.isDead()) await world.takeOver();
      if (isDone) break;
    }
  }
  await world.advance(120_000);
  return world;
}

/** At any moment. */
function check({ cache }: VolumeWorld, when: string): void {
  const volumes = cache.list(persistentVolumeKind);
  for (const { metadata, spec, status } of cache.list(persistentVolumeClaimKind)) {
    if (status?.phase !== "Bound") continue;
    const own = volumes.find((volume) => volume.metadata.name === spec.volumeName);
    assert.equal(own?.spec.claimRef?.uid, metadata.uid, `${metadata.name} is bound to another's, ${when}`);
  }
  const named = cache.list(persistentVolumeClaimKind).flatMap(({ spec }) => spec.volumeName ?? []);
  assert.equal(new Set(named).size, named.length, `two claims have one volume, ${when}`);
}

for (const moment of ["before", "after"] as const) {
  test(`a server that dies ${moment} any of its writes leaves every claim with one volume`, async () => {
    let write = 1;
    for (; write < 200; write += 1) {
      const world = await live(write, moment);
      const when = `dead ${moment} write ${write}`;
      check(world, when);
      const stories = ["a", "b", "d"].map((name) => world.story(name));
      assert.deepEqual(stories, Array(3).fill("bound Bound Bound"), when);
      assert.equal(world.claimOf("c"), undefined, when);
      const uids = world.cache.list(persistentVolumeKind).map(({ spec }) => spec.claimRef?.uid);
      assert.equal(uids.length, 3, `the volume of c is gone, ${when}`);
      assert.equal(new Set(uids).size, 3, when);
      assert.ok(world.removed.length >= 1, `its data was deleted, ${when}`);
      if (world.stores.durable.deaths() === 0) break;
    }
    assert.ok(write > 30 && write < 200, `${write} writes were tried`);
  });
}
