/** The chart of a job's life, and that another server finds every job in the state in which it was. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobSpec } from "@kubus/shared/api/batch.ts";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { jobKind } from "../../kinds/index.ts";
import { aLife } from "../testing/life.ts";
import { jobMachine } from "./job.machine.ts";
import { aJobCluster, pi, type JobCluster } from "./testing/world.ts";

test("a pause after a failure ends by itself, and the next pod is looked for", async () => {
  const life = aLife(jobMachine);
  life.look({ type: "job.worked", why: "0 of 1 succeeded" });
  life.look({ type: "pod.failed", why: "1 failed", dueInMs: 10_000 });
  await life.advance(9_999);
  assert.deepEqual([life.state(), life.why(), life.looks()], ["backingOff", "1 failed", 0]);
  await life.advance(1);
  life.look({ type: "job.worked" });
  life.look({ type: "job.succeeded" });
  life.look({ type: "job.completed" });
  assert.equal(life.trace(), "unseen → running → backingOff → retrying → running → completing → complete");
  assert.equal(life.looks(), 1);
});

test("a job with a deadline is overdue when it passes, whatever was seen meanwhile", async () => {
  const life = aLife(jobMachine);
  life.look({ type: "job.worked", dueInMs: 30_000 });
  await life.advance(20_000);
  life.look({ type: "job.worked", dueInMs: 10_000 });
  await life.advance(10_000);
  assert.equal(life.state(), "overdue");
  life.look({ type: "job.gaveUp" });
  life.look({ type: "job.failed" });
  assert.equal(life.trace(), "unseen → running → overdue → failing → failed");
});

test("every look leads to the same state from every state", () => {
  const leadsTo: Readonly<Record<string, string>> = {
    "job.handedOver": "managedElsewhere",
    "job.suspended": "suspended",
    "job.worked": "running",
    "pod.failed": "backingOff",
    "job.succeeded": "completing",
    "job.gaveUp": "failing",
    "job.completed": "complete",
    "job.failed": "failed",
    "job.deleted": "ending",
  };
  const states = ["unseen", "retrying", "overdue", ...Object.values(leadsTo)];
  const events = Object.fromEntries(Object.keys(leadsTo).map((type) => [type, { type }]));
  const row = (state: string) =>
    `${state}: ${Object.entries(leadsTo)
      .map(([event, to]) => `${event} → ${to === state ? "·" : to}`)
      .join(", ")}`;
  assert.deepEqual(eventTable({ machine: jobMachine, input: {}, events, states }), states.map(row));
});

interface Way {
  readonly spec?: Partial<JobSpec>;
  readonly go?: (cluster: JobCluster) => Promise<unknown>;
}

/** How a job comes into each state that a look leads to. */
const ways: Readonly<Record<string, Way>> = {
  managedElsewhere: { spec: { managedBy: "example.com/queue" } },
  suspended: { spec: { suspend: true } },
  running: { go: (cluster) => cluster.run() },
  backingOff: { go: (cluster) => cluster.exit(cluster.active()[0], 1) },
  completing: {
    spec: {
      completionMode: "Indexed",
      completions: 2,
      parallelism: 2,
      successPolicy: { rules: [{ succeededCount: 1 }] },
    },
    go: async (cluster) => {
      await cluster.placeAll();
      await cluster.exit(cluster.active()[0], 0);
    },
  },
  failing: {
    spec: { activeDeadlineSeconds: 5 },
    go: async (cluster) => {
      await cluster.placeAll();
      await cluster.advance(5_000);
    },
  },
  complete: { go: (cluster) => cluster.exit(cluster.active()[0], 0) },
  failed: { spec: { backoffLimit: 0 }, go: (cluster) => cluster.exit(cluster.active()[0], 1) },
  ending: {
    go: async (cluster) => {
      await cluster.objects.patch(jobKind, pi, { metadata: { finalizers: ["example.com/held"] } });
      await cluster.objects.delete(jobKind, pi);
      await cluster.rest();
    },
  },
};

for (const [state, { spec, go }] of Object.entries(ways)) {
  test(`another server finds a job that is ${state} so, with the same reason`, async () => {
    const cluster = await aJobCluster(spec);
    await cluster.make();
    await go?.(cluster);
    assert.equal(cluster.stateOf("job default/pi"), state);
    const why = cluster.whyOf("job default/pi");
    assert.notEqual(why, "");
    await cluster.takeOver();
    assert.deepEqual([cluster.stateOf("job default/pi"), cluster.whyOf("job default/pi")], [state, why]);
  });
}

test("another server goes on with the pause where the last one was", async () => {
  const cluster = await aJobCluster();
  await cluster.make();
  await cluster.exit(cluster.active()[0], 1);
  await cluster.advance(7_000);
  await cluster.takeOver();
  await cluster.advance(2_999);
  assert.equal(cluster.active().length, 0);
  await cluster.advance(1);
  assert.equal(cluster.active().length, 1);
});
