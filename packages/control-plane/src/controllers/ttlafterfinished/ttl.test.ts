/** Jobs that go some time after they ended, on the whole API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jobKind } from "../../kinds/index.ts";
import { cronJobController } from "../cronjob/controller.ts";
import { aCronCluster, minuteMs } from "../cronjob/testing/world.ts";
import { garbageController } from "../garbage/controller.ts";
import { lifeLimits } from "../engine/life.ts";
import { jobController } from "../job/controller.ts";
import { jobOrphanController } from "../job/orphans.ts";
import { aJob, aJobCluster, pi } from "../job/testing/world.ts";
import { at, start } from "../testing/builders.ts";
import { ttlAfterFinishedController } from "./controller.ts";
import { reconcile } from "./reconcile.ts";

const controllers = [jobController, jobOrphanController, garbageController, ttlAfterFinishedController];

for (const exitCode of [0, 1]) {
  test(`a job that ended with ${exitCode} goes after its time, and its pods with it`, async () => {
    const cluster = await aJobCluster({ ttlSecondsAfterFinished: 100, backoffLimit: 0 }, controllers);
    await cluster.make();
    await cluster.advance(200_000);
    await cluster.exit(cluster.active()[0], exitCode);
    await cluster.advance(99_999);
    assert.deepEqual(cluster.names(jobKind), ["pi"]);
    await cluster.advance(1);
    assert.deepEqual([cluster.names(jobKind), cluster.pods()], [[], []]);
  });
}

test("without a time it stays; a time that is set or taken away later counts from the end", async () => {
  const cluster = await aJobCluster({}, controllers);
  await cluster.make();
  await cluster.exit(cluster.active()[0], 0);
  await cluster.advance(1_000_000);
  await cluster.change({ spec: { ttlSecondsAfterFinished: 2_000 } });
  await cluster.advance(500_000);
  await cluster.change({ spec: { ttlSecondsAfterFinished: null } });
  await cluster.advance(1_000_000);
  assert.deepEqual(cluster.names(jobKind), ["pi"]);
  await cluster.change({ spec: { ttlSecondsAfterFinished: 0 } });
  assert.deepEqual(cluster.names(jobKind), []);
});

test("a server that takes over goes on with the time that is left", async () => {
  const cluster = await aJobCluster({ ttlSecondsAfterFinished: 100 }, controllers);
  await cluster.make();
  await cluster.exit(cluster.active()[0], 0);
  await cluster.advance(60_000);
  await cluster.takeOver();
  await cluster.advance(39_999);
  assert.deepEqual(cluster.names(jobKind), ["pi"]);
  await cluster.advance(1);
  assert.deepEqual(cluster.names(jobKind), []);
});

const ended = (seconds: number) =>
  aJob(
    { ttlSecondsAfterFinished: seconds },
    {
      conditions: [{ type: "Complete", status: "True", lastTransitionTime: at(0) }],
    },
  );

test("only the very job that was seen is deleted, and only as it was seen", () => {
  const [effect] = reconcile({ job: ended(10), cronJob: undefined, now: start + 10_000 }).effects;
  assert.deepEqual(effect?.type === "delete" && [effect.target, effect.options], [
    { namespace: pi.namespace, name: pi.name },
    { propagationPolicy: "Foreground", preconditions: { uid: "uid-pi", resourceVersion: "1" } },
  ]);
});

test("a time beyond what timers hold is waited for in parts", () => {
  const plan = reconcile({ job: ended(2_000_000_000), cronJob: undefined, now: start });
  assert.deepEqual(plan, { effects: [], requeueAfterMs: lifeLimits.waitMaxMs });
});

test("the job of a run stays until its cron job has noted the run, or it would run again", async () => {
  const { template } = aJob().spec;
  const spec = { template, ttlSecondsAfterFinished: 0 };
  const cluster = await aCronCluster({ jobTemplate: { spec } }, [
    cronJobController,
    garbageController,
    ttlAfterFinishedController,
  ]);
  await cluster.make();
  // The server dies when the job is made, before that is noted.
  cluster.stores.durable.crashAt(1, "after");
  await cluster.advance(minuteMs);
  await cluster.led.stop();
  cluster.stores.durable.recover();
  const [job] = cluster.jobs();
  await cluster.finish(job);
  assert.ok(job !== undefined);
  const [finished] = cluster.jobs();
  assert.deepEqual(
    reconcile({ job: finished, cronJob: cluster.cronJob(), now: cluster.clock.now() }).effects,
    [],
  );
  await cluster.takeOver();
  await cluster.advance(30_000);
  assert.deepEqual([cluster.jobs(), cluster.status().lastScheduleTime], [[], "2026-01-01T00:01:00Z"]);
});
