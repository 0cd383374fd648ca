/** Jobs when a server dies at any write: every pod is counted once, none is lost, none is held for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobSpec } from "@kubus/shared/api/batch.ts";
import { jobAnnotation } from "./pods.ts";
import { aJobCluster, type JobCluster } from "./testing/world.ts";

type World = JobCluster;

/** What boards and people do; whoever finds the server dead asks the next one again. */
async function insist(world: World, ask: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 3; tries += 1) {
    const isDone = await ask().then(
      () => true,
      () => false, // A server that died answers nobody; what it had stored by then is stored.
    );
    await world.rest();
    if (world.stores.durable.isDead()) await world.takeOver();
    else if (isDone) return;
  }
}

/** Pods end in the order in which they were made: `exits` are their codes. */
async function live(
  spec: Partial<JobSpec>,
  exits: readonly number[],
  at: { write: number; moment: "before" | "after" },
) {
  const world = await aJobCluster(spec);
  await world.make();
  world.stores.durable.crashAt(at.write, at.moment);
  for (const code of exits) {
    const next = world.active()[0]?.metadata.name ?? "";
    await insist(world, async () => {
      const pod = world.active().find(({ metadata }) => metadata.name === next);
      if (pod !== undefined) await world.exit(pod, code);
    });
    await insist(world, () => world.advance(360_000));
  }
  return world;
}

const cases: readonly {
  readonly what: string;
  readonly spec: Partial<JobSpec>;
  readonly exits: readonly number[];
  readonly end: string;
  readonly counts: readonly (number | string | undefined)[];
}[] = [
  {
    what: "completes with a failure",
    spec: { completions: 2, parallelism: 2 },
    exits: [0, 1, 0],
    end: "Complete=True CompletionsReached",
    counts: [2, 1, undefined],
  },
  {
    what: "is indexed and has a limit for each index",
    spec: { completionMode: "Indexed", completions: 2, parallelism: 2, backoffLimitPerIndex: 1 },
    exits: [1, 1, 0],
    end: "Failed=True FailedIndexes",
    counts: [1, 2, "1"],
  },
  {
    what: "fails while others run",
    spec: { completions: 3, parallelism: 3, backoffLimit: 0 },
    exits: [1],
    end: "Failed=True BackoffLimitExceeded",
    counts: [undefined, 3, undefined],
  },
];

for (const { what, spec, exits, end, counts } of cases) {
  for (const moment of ["before", "after"] as const) {
    test(`a job that ${what} counts each pod once, though its server dies ${moment} any of the writes`, async () => {
      let write = 1;
      for (; write < 200; write += 1) {
        const world = await live(spec, exits, { write, moment });
        const when = `dead ${moment} write ${write}`;
        const { succeeded, failed, completedIndexes, uncountedTerminatedPods } = world.status();
        assert.equal(world.conditions().at(-1), end, when);
        assert.deepEqual([succeeded, failed, completedIndexes], counts, when);
        assert.deepEqual(uncountedTerminatedPods, {}, when);
        assert.ok(
          world.pods().every(({ metadata }) => metadata.finalizers === undefined),
          `held, ${when}`,
        );
        assert.deepEqual(world.active(), [], when);
        // Not dead: there are no more writes to die at.
        if (world.stores.durable.deaths() === 0) break;
      }
      assert.ok(write > 8 && write < 200, `${write} writes were tried`);
    });
  }
}

test("INVARIANT: a finalizer is removed only from pods that the status accounts for", async () => {
  const spec = {
    completionMode: "Indexed" as const,
    completions: 4,
    parallelism: 2,
    backoffLimitPerIndex: 1,
  };
  const world = await aJobCluster(spec);
  const unaccounted: string[] = [];
  world.cache.onEvent(({ kind, object, previous }) => {
    if (
      kind.kind !== "Pod" ||
      previous?.metadata.finalizers === undefined ||
      object.metadata.finalizers !== undefined
    )
      return;
    const { uncountedTerminatedPods: noted = {}, completedIndexes = "", failedIndexes = "" } = world.status();
    const uids = [...(noted.succeeded ?? []), ...(noted.failed ?? [])];
    const index = object.metadata.annotations?.[jobAnnotation.index] ?? "";
    const isDone = completedIndexes.includes(index) || failedIndexes.includes(index);
    if (!uids.includes(object.metadata.uid) && !isDone) unaccounted.push(object.metadata.name);
  });
  await world.make();
  for (const code of [0, 1, 0, 1, 0, 0, 1]) {
    const [pod] = world.active();
    if (pod !== undefined) await world.exit(pod, code);
    await world.advance(60_000);
  }
  assert.ok(world.pods().length > 4);
  assert.deepEqual(unaccounted, []);
});
