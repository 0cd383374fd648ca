/** INVARIANT: whatever comes and goes, in whatever order, no board is ever given more than it has. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { aNode, aPodSpec } from "../../controllers/testing/builders.ts";
import { nodeKind, podKind } from "../../kinds/index.ts";
import { loadOf } from "../board.ts";
import { asking } from "../testing/boards.ts";
import { aScheduler, room } from "../testing/scheduler.ts";
import { wantOf } from "../want.ts";

for (const seed of [11, 12, 13, 14, 15]) {
  test(`no board takes more than it has, and nobody waits beside free room (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random.next() * all.length)] ?? assert.fail();
    const world = await aScheduler(["a", "b", "c"].map((name) => aNode(name, room("2", "6"))));
    await world.priorities({ low: 1, high: 100 });
    const living = () => world.cache.list(podKind);
    const target = (name: string) => ({ namespace: "default", name });
    let made = 0;
    const check = () => {
      for (const { metadata } of world.cache.list(nodeKind)) {
        const there = living().filter(({ spec }) => spec.nodeName === metadata.name);
        const { requested } = loadOf(there.map(wantOf));
        assert.ok((requested.get("cpu") ?? 0) <= 2_000, `cpu of ${metadata.name}`);
        assert.ok(there.length <= 6, `pods of ${metadata.name}`);
      }
    };
    const create = () => {
      made += 1;
      const name = `p-${made}`;
      return world.objects.create(podKind, {
        metadata: target(name),
        spec: {
          ...aPodSpec,
          ...asking({ cpu: pick(["100m", "500m", "900m", "2"]) }),
          priorityClassName: pick(["low", "low", "high"]),
        },
      });
    };
    const remove = async () => {
      const all = living();
      if (all.length === 0) return;
      await world.objects.delete(podKind, target(pick(all).metadata.name), { gracePeriodSeconds: 0 });
    };
    for (let round = 0; round < 25; round += 1) {
      const deeds = Array.from({ length: 4 }, () => pick([create, create, remove]));
      await Promise.all(deeds.map((deed) => deed().catch(() => undefined)));
      if (random.next() < 0.2) await world.leadAnew();
      await world.rest();
      check();
      // The agents end whom they are told to.
      const ending = living().filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
      for (const { metadata } of ending) await world.end(metadata.name);
      await world.advance(pick([0, 1_000, 5_000]));
      check();
    }
    await world.advance(30_000);
    check();
    const free = world.cache.list(nodeKind).map(({ metadata }) => {
      const there = living().filter(({ spec }) => spec.nodeName === metadata.name);
      return { cpu: 2_000 - (loadOf(there.map(wantOf)).requested.get("cpu") ?? 0), pods: 6 - there.length };
    });
    const waiting = living().filter(
      ({ spec, status }) => spec.nodeName === undefined && status?.nominatedNodeName === undefined,
    );
    const promised = living().some(
      ({ spec, status }) => spec.nodeName === undefined && status?.nominatedNodeName !== undefined,
    );
    for (const pod of promised ? [] : waiting) {
      const cpu = wantOf(pod).requests.get("cpu") ?? 0;
      assert.ok(
        !free.some((one) => one.pods > 0 && one.cpu >= cpu),
        `${pod.metadata.name} waits for ${cpu} in vain`,
      );
    }
  });
}
