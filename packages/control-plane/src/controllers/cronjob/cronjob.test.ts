/** Cron jobs at work on the whole API, together with the jobs that they make. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cronJobKind, jobKind } from "../../kinds/index.ts";
import { aCronCluster, hello, minuteMs } from "./testing/world.ts";

test("every run gets a job, named after its minute, that says when it was to run", async () => {
  const cluster = await aCronCluster({ schedule: "*/5 * * * *" });
  await cluster.make();
  assert.deepEqual(cluster.jobs(), []);
  assert.deepEqual(cluster.status(), {});
  assert.equal(cluster.whyOf("cronjob default/hello"), "the next run is at 2026-01-01T00:05:00Z");
  await cluster.advance(5 * minuteMs);
  const [job] = cluster.jobs();
  const name = `hello-${Date.parse("2026-01-01T00:05:00Z") / minuteMs}`;
  assert.equal(job?.metadata.name, name);
  assert.deepEqual(job.metadata.annotations, {
    "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-01T00:05:00Z",
    note: "kept",
  });
  assert.equal(job.metadata.ownerReferences?.[0]?.controller, true);
  const { active = [], lastScheduleTime } = cluster.status();
  assert.deepEqual([active.map((one) => one.name), lastScheduleTime], [[name], "2026-01-01T00:05:00Z"]);
  assert.deepEqual(cluster.events("SuccessfulCreate"), [`Created job ${name}`]);
  await cluster.advance(minuteMs);
  await cluster.finish(job);
  assert.deepEqual(cluster.status(), {
    lastScheduleTime: "2026-01-01T00:05:00Z",
    lastSuccessfulTime: "2026-01-01T00:06:00Z",
  });
  assert.deepEqual(cluster.events("SawCompletedJob"), [`Saw completed job: ${name}, condition: Complete`]);
});

test("runs follow the clocks of the time zone, and say so", async () => {
  const cluster = await aCronCluster({ schedule: "30 5 * * *", timeZone: "Asia/Kolkata" });
  await cluster.make();
  await cluster.advance(24 * 60 * minuteMs);
  const [job] = cluster.jobs();
  assert.equal(
    job?.metadata.annotations?.["batch.kubernetes.io/cronjob-scheduled-timestamp"],
    "2026-01-02T05:30:00+05:30",
  );
});

test("with Allow jobs run side by side", async () => {
  const cluster = await aCronCluster();
  await cluster.make();
  await cluster.advance(3 * minuteMs);
  assert.equal(cluster.status().active?.length, 3);
});

test("with Forbid a run waits for the last job, and then the latest that was missed runs at once", async () => {
  const cluster = await aCronCluster({ concurrencyPolicy: "Forbid" });
  await cluster.make();
  await cluster.advance(minuteMs);
  const [first] = cluster.jobs();
  await cluster.advance(2.5 * minuteMs);
  assert.equal(cluster.jobs().length, 1);
  assert.equal(cluster.stateOf("cronjob default/hello"), "heldBack");
  assert.ok(
    cluster
      .events("JobAlreadyActive")
      .includes("Not starting job because prior execution is running and concurrency policy is Forbid"),
  );
  await cluster.finish(first);
  assert.equal(cluster.status().lastScheduleTime, "2026-01-01T00:03:00Z");
  assert.equal(cluster.status().active?.length, 1);
});

test("with Replace the last job makes room for the new one", async () => {
  const cluster = await aCronCluster({ concurrencyPolicy: "Replace" });
  await cluster.make();
  await cluster.advance(minuteMs);
  const [first] = cluster.jobs();
  await cluster.advance(minuteMs);
  assert.equal(cluster.jobs().length, 1);
  assert.notEqual(cluster.jobs()[0]?.metadata.uid, first?.metadata.uid);
  assert.deepEqual(
    cluster.status().active?.map(({ uid }) => uid),
    [cluster.jobs()[0]?.metadata.uid],
  );
  assert.deepEqual(cluster.events("SuccessfulDelete"), [`Deleted job ${first?.metadata.name ?? ""}`]);
  assert.deepEqual(cluster.events("MissingJob"), []);
});

test("suspended, nothing runs; resumed, the latest missed run runs at once", async () => {
  const cluster = await aCronCluster({ schedule: "*/10 * * * *", suspend: true });
  await cluster.make();
  await cluster.advance(25 * minuteMs);
  assert.deepEqual(cluster.jobs(), []);
  assert.equal(cluster.stateOf("cronjob default/hello"), "suspended");
  await cluster.change({ spec: { suspend: false } });
  assert.equal(cluster.jobs().length, 1);
  assert.equal(cluster.status().lastScheduleTime, "2026-01-01T00:20:00Z");
});

test("a run whose starting deadline has passed is missed, and that is said", async () => {
  const cluster = await aCronCluster({ schedule: "0 * * * *", startingDeadlineSeconds: 120 });
  await cluster.make();
  await cluster.led.stop();
  await cluster.advance(63 * minuteMs);
  await cluster.takeOver();
  assert.deepEqual(cluster.jobs(), []);
  assert.deepEqual(cluster.events("MissSchedule"), [
    "Missed scheduled time to start a job: Thu, 01 Jan 2026 01:00:00 +0000",
  ]);
  await cluster.led.stop();
  await cluster.advance(58 * minuteMs);
  await cluster.takeOver();
  assert.equal(cluster.status().lastScheduleTime, "2026-01-01T02:00:00Z", "a minute late is in time");
});

test("after a long pause only the latest run runs, with a warning when far too many were missed", async () => {
  const cluster = await aCronCluster();
  await cluster.make();
  await cluster.led.stop();
  await cluster.advance(100 * minuteMs);
  await cluster.takeOver();
  assert.equal(cluster.jobs().length, 1);
  assert.deepEqual(cluster.events("TooManyMissedTimes"), []);
  await cluster.led.stop();
  await cluster.advance(101 * minuteMs + 30_000);
  await cluster.takeOver();
  assert.equal(cluster.jobs().length, 2);
  assert.equal(cluster.status().lastScheduleTime, "2026-01-01T03:21:00Z");
  assert.deepEqual(cluster.events("TooManyMissedTimes"), [
    "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
  ]);
});

test("of the jobs that ended, so many are kept as was asked for, the latest", async () => {
  const cluster = await aCronCluster({ successfulJobsHistoryLimit: 2, failedJobsHistoryLimit: 0 });
  await cluster.make();
  for (let run = 1; run <= 4; run += 1) {
    await cluster.advance(minuteMs);
    await cluster.finish(cluster.jobs().at(-1), run === 4 ? "Failed" : "Complete");
  }
  const minuteOf = (time: string) => Date.parse(time) / minuteMs;
  assert.deepEqual(
    cluster.names(jobKind),
    ["2026-01-01T00:02:00Z", "2026-01-01T00:03:00Z"].map((time) => `hello-${minuteOf(time)}`),
  );
});

test("a job that somebody deletes is not active any more", async () => {
  const cluster = await aCronCluster();
  await cluster.make();
  await cluster.advance(minuteMs);
  const name = cluster.jobs()[0]?.metadata.name ?? "";
  await cluster.objects.delete(jobKind, { namespace: "default", name });
  await cluster.rest();
  assert.equal(cluster.status().active, undefined);
  assert.deepEqual(cluster.events("MissingJob"), [`Active job went missing: ${name}`]);
  await cluster.advance(30_000);
  assert.deepEqual(cluster.jobs(), [], "its run has been");
});

test("jobs that people make from it are not its runs", async () => {
  const cluster = await aCronCluster({ concurrencyPolicy: "Forbid" });
  const cronJob = await cluster.make();
  const { uid } = cronJob.metadata;
  const owner = { apiVersion: "batch/v1", kind: "CronJob", name: "hello", uid };
  const spec = cronJob.spec.jobTemplate.spec;
  const manual = (name: string, controller: boolean) =>
    cluster.create(jobKind, {
      metadata: { namespace: "default", name, ownerReferences: [{ ...owner, controller }] },
      spec,
    });
  await manual("by-hand", false);
  assert.deepEqual(cluster.events("UnexpectedJob"), []);
  await manual("claimed", true);
  assert.deepEqual(
    [...new Set(cluster.events("UnexpectedJob"))],
    ["Saw a job that the controller did not create or forgot: claimed"],
  );
  assert.equal(cluster.status().active, undefined);
  await cluster.advance(minuteMs);
  assert.equal(cluster.status().active?.length, 1);
});

test("a name that somebody else took is not fought for", async () => {
  const cluster = await aCronCluster();
  const cronJob = await cluster.make();
  const name = `hello-${Date.parse("2026-01-01T00:01:00Z") / minuteMs}`;
  await cluster.create(jobKind, {
    metadata: { namespace: "default", name },
    spec: cronJob.spec.jobTemplate.spec,
  });
  await cluster.advance(minuteMs);
  assert.deepEqual([cluster.jobs().length, cluster.status().lastScheduleTime], [1, undefined]);
  assert.equal(cluster.stateOf("cronjob default/hello"), "waiting");
  await cluster.advance(minuteMs);
  assert.equal(cluster.jobs().length, 2);
});

test("a schedule without any day is refused once and for all", async () => {
  const cluster = await aCronCluster({ schedule: "59 23 31 2 *" });
  await cluster.make();
  assert.equal(cluster.stateOf("cronjob default/hello"), "unschedulable");
  assert.deepEqual(cluster.events("InvalidSchedule"), [
    "invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second",
  ]);
});

test("one that is being deleted starts nothing any more", async () => {
  const cluster = await aCronCluster();
  await cluster.make();
  await cluster.change({ metadata: { finalizers: ["example.com/held"] } });
  await cluster.objects.delete(cronJobKind, hello);
  await cluster.advance(3 * minuteMs);
  assert.deepEqual(cluster.jobs(), []);
  assert.equal(cluster.stateOf("cronjob default/hello"), "ending");
});

for (const moment of ["before", "after"] as const) {
  test(`INVARIANT: no run has two jobs and none is forgotten, though servers die ${moment} any write`, async () => {
    let write = 1;
    for (; write < 60; write += 1) {
      const cluster = await aCronCluster({ schedule: "*/2 * * * *", concurrencyPolicy: "Replace" });
      await cluster.make();
      const made: string[] = [];
      cluster.cache.onEvent(({ type, kind, object }) => {
        if (type === "ADDED" && kind.kind === "Job") made.push(object.metadata.name);
      });
      cluster.stores.durable.crashAt(write, moment);
      for (let run = 1; run <= 3; run += 1) {
        await cluster.advance(2 * minuteMs);
        if (cluster.stores.durable.isDead()) await cluster.takeOver();
      }
      const runs = [2, 4, 6].map((minute) => `hello-${Date.UTC(2026, 0, 1, 0, minute) / minuteMs}`);
      assert.deepEqual(made, runs, `dead ${moment} write ${write}`);
      assert.deepEqual(cluster.names(jobKind), runs.slice(2), `dead ${moment} write ${write}`);
      assert.equal(cluster.status().active?.length, 1);
      if (cluster.stores.durable.deaths() === 0) break;
    }
    assert.ok(write > 6 && write < 60, `${write} writes were tried`);
  });
}
