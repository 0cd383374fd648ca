/** The chart of a cron job's life, and that another server finds every one in the state in which it was. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CronJob } from "@kubus/shared/api/batch.ts";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { cronJobKind } from "../../kinds/index.ts";
import { lifeLimits } from "../engine/life.ts";
import { aLife } from "../testing/life.ts";
import { cronJobMachine } from "./cronjob.machine.ts";
import { aCronCluster, hello, minuteMs, type CronCluster } from "./testing/world.ts";

test("when the time of the next run comes, the run is due and is looked for", async () => {
  const life = aLife(cronJobMachine);
  life.look({ type: "run.awaited", why: "the next run is at noon", dueInMs: minuteMs });
  await life.advance(minuteMs);
  assert.deepEqual([life.state(), life.why(), life.looks()], ["due", "the next run is at noon", 1]);
  life.look({ type: "run.came", dueInMs: minuteMs });
  life.look({ type: "job.started", dueInMs: minuteMs });
  await life.advance(minuteMs);
  life.look({ type: "run.held", dueInMs: minuteMs });
  await life.advance(minuteMs);
  life.look({ type: "run.awaited" });
  assert.equal(life.trace(), "unseen → waiting → due → running → due → heldBack → due → waiting");
});

test("a run that is further away than timers reach is looked for in between", async () => {
  const life = aLife(cronJobMachine);
  life.look({ type: "run.awaited", dueInMs: 400 * 24 * 60 * minuteMs });
  await life.advance(lifeLimits.waitMaxMs);
  assert.equal(life.looks(), 1);
});

test("every look leads to the same state from every state", () => {
  const leadsTo: Readonly<Record<string, string>> = {
    "run.awaited": "waiting",
    "run.came": "due",
    "run.held": "heldBack",
    "job.started": "running",
    "schedule.refused": "unschedulable",
    "cronJob.suspended": "suspended",
    "cronJob.deleted": "ending",
  };
  const states = ["unseen", ...Object.values(leadsTo)];
  const events = Object.fromEntries(Object.keys(leadsTo).map((type) => [type, { type }]));
  const row = (state: string) =>
    `${state}: ${Object.entries(leadsTo)
      .map(([event, to]) => `${event} → ${to === state ? "·" : to}`)
      .join(", ")}`;
  assert.deepEqual(eventTable({ machine: cronJobMachine, input: {}, events, states }), states.map(row));
});

interface Way {
  readonly spec?: Partial<CronJob["spec"]>;
  readonly go?: (cluster: CronCluster) => Promise<unknown>;
}

/** How a cron job comes into each state that lasts. */
const ways: Readonly<Record<string, Way>> = {
  waiting: {},
  running: { go: (cluster) => cluster.advance(minuteMs) },
  heldBack: { spec: { concurrencyPolicy: "Forbid" }, go: (cluster) => cluster.advance(2 * minuteMs) },
  suspended: { spec: { suspend: true } },
  unschedulable: { spec: { schedule: "0 0 31 4 *" } },
  ending: {
    go: async (cluster) => {
      await cluster.change({ metadata: { finalizers: ["example.com/held"] } });
      await cluster.objects.delete(cronJobKind, hello);
      await cluster.rest();
    },
  },
};

for (const [state, { spec, go }] of Object.entries(ways)) {
  test(`another server finds a cron job that is ${state} so, with the same reason`, async () => {
    const cluster = await aCronCluster(spec);
    await cluster.make();
    await go?.(cluster);
    assert.equal(cluster.stateOf("cronjob default/hello"), state);
    const why = cluster.whyOf("cronjob default/hello");
    assert.notEqual(why, "");
    await cluster.takeOver();
    assert.deepEqual(
      [cluster.stateOf("cronjob default/hello"), cluster.whyOf("cronjob default/hello")],
      [state, why],
    );
  });
}

test("a run whose job cannot be made stays due, and its job is made when it can be", async () => {
  const cluster = await aCronCluster();
  await cluster.make();
  cluster.stores.durable.crashAt(1, "before");
  await cluster.advance(minuteMs);
  assert.equal(cluster.stateOf("cronjob default/hello"), "due");
  cluster.stores.durable.recover();
  await cluster.advance(10_000);
  assert.equal(cluster.stateOf("cronjob default/hello"), "running");
});
