/** What the ledger adds up change by change is what one would count from scratch, whatever the order of changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { aNode } from "../controllers/testing/builders.ts";
import { namespaceKind, nodeKind, podKind } from "../kinds/index.ts";
import { loadOf } from "./board.ts";
import { makeLedger } from "./ledger.ts";
import { crowdOf, kindredOf } from "./surroundings/crowd.ts";
import { surroundingsOf, type Surroundings } from "./surroundings/surroundings.ts";
import { asking } from "./testing/boards.ts";
import { aScheduler } from "./testing/scheduler.ts";
import { wantOf } from "./want.ts";

const zoneTerm = (app: string, namespaceSelector?: object) => ({
  topologyKey: "zone",
  labelSelector: { matchLabels: { app } },
  ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
});
const shy = {
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [zoneTerm("a")] } },
};

const heldIn = (around: Surroundings) =>
  (["avoids", "wishes"] as const).map((sort) =>
    [...around.held(sort)].map(({ signature, holders }) => [signature, [...holders].sort()]).sort(),
  );

const probe = { metadata: { namespace: "default", labels: {} } } as unknown as Pod;

for (const seed of [1, 2, 3, 4]) {
  test(`INVARIANT: the ledger's sums are those of the pods there are (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random.next() * all.length)] ?? assert.fail();
    const world = await aScheduler(["a", "b", "c"].map((name) => aNode(name)));
    await world.scheduler.stop();
    await world.create(namespaceKind, { metadata: { name: "other", labels: { team: "x" } } });
    const ledger = makeLedger(world.cache);
    const crowds = () => [
      crowdOf(zoneTerm("a"), probe, ledger.around.namespaceLabels),
      crowdOf(zoneTerm("b", { matchLabels: { team: "x" } }), probe, ledger.around.namespaceLabels),
      kindredOf({ labelSelector: { matchLabels: { app: "a" } } }, probe),
    ];
    // Asked for at the beginning, so that they are kept count of all along.
    crowds().forEach((crowd) => ledger.around.tally(crowd));
    const target = (pod: Pod) => ({ namespace: pod.metadata.namespace ?? "", name: pod.metadata.name });
    const deeds: (() => Promise<unknown>)[] = [
      () =>
        world.objects.create(podKind, {
          metadata: {
            generateName: "p-",
            namespace: pick(["default", "other"]),
            labels: { app: pick(["a", "b"]) },
          },
          spec: {
            containers: [{ name: "main", image: "host/sleep" }],
            ...pick([
              asking({ cpu: "250m" }),
              asking({ memory: "64Mi" }),
              shy,
              { ...shy, hostNetwork: true },
            ]),
            nodeName: pick(["a", "b", "c", "unknown"]),
          },
        }),
      async () => {
        const all = world.cache.list(podKind);
        if (all.length > 0)
          await world.objects.delete(podKind, target(pick(all)), pick([{}, { gracePeriodSeconds: 0 }]));
      },
      async () => {
        const all = world.cache.list(podKind);
        const labels = { app: pick(["a", "b", "c"]) };
        if (all.length > 0) await world.objects.patch(podKind, target(pick(all)), { metadata: { labels } });
      },
      async () => {
        const all = world.cache.list(podKind);
        const status = { phase: pick(["Running", "Succeeded", "Failed"]) };
        if (all.length > 0) await world.objects.patch(podKind, target(pick(all)), { status }, "status");
      },
      () =>
        world.objects.patch(
          nodeKind,
          { name: pick(["a", "b", "c"]) },
          { metadata: { labels: { zone: pick(["n", "s"]) } } },
        ),
      () =>
        world.objects.patch(
          namespaceKind,
          { name: "other" },
          { metadata: { labels: { team: pick(["x", "y"]) } } },
        ),
    ];
    for (let step = 0; step < 120; step += 1) {
      await (step < 20 ? deeds[0]?.() : pick(deeds)());
      if (step % 10 !== 0) continue;
      await world.rest();
      const there = world.cache
        .list(podKind)
        .filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed");
      for (const board of ledger.boards()) {
        const { pods, ...sums } = loadOf(
          there.filter(({ spec }) => spec.nodeName === board.name).map(wantOf),
        );
        const { pods: countedPods, ...counted } = board.load;
        assert.deepEqual([...countedPods.keys()].sort(), [...pods.keys()].sort());
        assert.deepEqual(counted, sums);
      }
      const boards = ledger.boards();
      const scratch = surroundingsOf(boards, { namespaceLabels: ledger.around.namespaceLabels });
      for (const crowd of crowds()) {
        const known = [...ledger.around.tally(crowd)].filter(([name]) => name !== "unknown").sort();
        assert.deepEqual(known, [...scratch.tally(crowd)].sort(), crowd.signature);
      }
      const withoutUnknown = heldIn(ledger.around).map((terms) =>
        terms
          .map(([signature, holders]) => [
            signature,
            (holders as [string, number][]).filter(([name]) => name !== "unknown"),
          ])
          .filter(([, holders]) => (holders ?? []).length > 0),
      );
      assert.deepEqual(withoutUnknown, heldIn(scratch));
    }
    ledger.close();
  });
}

test("what is assumed counts at once, and is taken back unless the cache shows it", async () => {
  const world = await aScheduler([aNode("a")]);
  await world.scheduler.stop();
  const ledger = makeLedger(world.cache);
  const [board] = ledger.boards();
  const pod = await world.aPod("p", asking({ cpu: "1" }));
  const before = ledger.generation();
  ledger.assume(wantOf(pod), "a");
  assert.equal(board?.load.requested.get("cpu"), 1_000);
  assert.notEqual(ledger.generation(), before);
  assert.equal(ledger.forget(pod.metadata.uid), true);
  assert.equal(board.load.pods.size, 0);
  ledger.assume(wantOf(pod), "a");
  await world.objects.bind({ namespace: "default", name: "p", uid: pod.metadata.uid }, "a");
  await world.rest();
  assert.equal(ledger.forget(pod.metadata.uid), false);
  ledger.forgetAll();
  assert.equal(board.load.pods.size, 1, "the cache has shown it");
  ledger.close();
});

test("beats of a board change no answer", async () => {
  const world = await aScheduler([aNode("a")]);
  const ledger = makeLedger(world.cache);
  const before = ledger.generation();
  await world.patchNode("a", { status: { conditions: [{ type: "Ready", status: "True" }] } }, "status");
  assert.equal(ledger.generation(), before);
  await world.patchNode("a", { metadata: { labels: { disk: "ssd" } } });
  assert.notEqual(ledger.generation(), before);
  ledger.close();
});
