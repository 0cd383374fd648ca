/** The life of a rollout: what it goes through, what it holds, and that a server that takes over sees the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { deploymentKind, podKind, resourceQuotaKind } from "../../kinds/index.ts";
import { aCluster } from "../testing/cluster.ts";
import { aLife } from "../testing/life.ts";
import { rolloutMachine, type RolloutEvent } from "./rollout.machine.ts";
import { aDeployed, aNewDeployment, web, workloads } from "./testing/deployed.ts";

const states = [
  "paused",
  "emptying",
  "progressing",
  "hindered",
  "stalled",
  "complete",
  "resizing",
  "recovering",
  "ending",
] as const;
const look = (state: (typeof states)[number], more: Partial<RolloutEvent> = {}): RolloutEvent => ({
  type: `rollout.${state}`,
  ...more,
});

test("a rollout that comes nearer has its whole time again; when nothing does, it is stalled and looks", async () => {
  const life = aLife(rolloutMachine);
  life.look(look("progressing", { why: "0 of 3 new pods are available", dueInMs: 600_000 }));
  assert.equal(life.why(), "0 of 3 new pods are available");
  await life.advance(599_000);
  life.look(look("progressing", { dueInMs: 600_000 }));
  await life.advance(599_999);
  assert.equal(life.looks(), 0);
  await life.advance(1);
  assert.equal(life.looks(), 1);
  life.look(look("stalled"));
  life.look(look("progressing", { dueInMs: 600_000 }));
  life.look(look("complete"));
  await life.advance(10_000_000);
  assert.equal(life.trace(), "unseen → progressing → stalled → progressing → complete");
});

for (const state of ["progressing", "emptying", "hindered"] as const) {
  test(`is ${state} until its deadline, and without one for ever`, async () => {
    const life = aLife(rolloutMachine);
    life.look(look(state, { dueInMs: 60_000 }));
    await life.advance(60_000);
    assert.equal(life.trace(), `unseen → ${state} → stalled`);
    life.look(look(state));
    await life.advance(100_000_000);
    assert.equal(life.state(), state);
  });
}

test("from every state every look leads to what it says", () => {
  const events = Object.fromEntries(states.map((state) => [state, look(state)]));
  const table = eventTable({
    machine: rolloutMachine,
    input: { key: "a" },
    events,
    states: ["unseen", ...states],
  });
  const expected = ["unseen", ...states].map(
    (from) => `${from}: ${states.map((to) => `${to} → ${to === from ? "·" : to}`).join(", ")}`,
  );
  assert.deepEqual(table, expected);
});

/** Brings a deployment into a state; the same state must be seen again by a server that takes over. */
const ways = {
  paused: async () => {
    const cluster = await aDeployed();
    await cluster.change({ spec: { paused: true } });
    return { cluster, why: "paused by its owner; 3 of 3 pods are available" };
  },
  emptying: async () => {
    const cluster = await aDeployed({ strategy: { type: "Recreate" } });
    const [name = ""] = cluster.names(podKind);
    await cluster.objects.patch(podKind, { ...web, name }, { metadata: { finalizers: ["test/held"] } });
    await cluster.setImage("host/true");
    return { cluster, why: `waits for ${name} to be gone` };
  },
  progressing: async () => {
    const cluster = await aDeployed();
    await cluster.setImage("host/true");
    const young = cluster.living().find(({ spec }) => spec.containers[0]?.image === "host/true");
    return {
      cluster,
      why: `0 of 3 new pods are available; waits for ${young?.metadata.name ?? ""} to be ready`,
    };
  },
  hindered: async () => {
    const bare = await aCluster(workloads);
    const quota = { namespace: "default", name: "small" };
    const hard = { pods: "2" };
    await bare.create(resourceQuotaKind, { metadata: quota, spec: { hard } });
    await bare.objects.patch(resourceQuotaKind, quota, { status: { hard, used: { pods: "0" } } }, "status");
    const cluster = await aNewDeployment({}, bare);
    return { cluster, why: /^pods "web-.*" is forbidden: exceeded quota: small/ };
  },
  stalled: async () => {
    const cluster = await aNewDeployment({ progressDeadlineSeconds: 60 });
    await cluster.advance(61_000);
    return { cluster, why: /^nothing came nearer for 60 s; 0 of 3 new pods are available; waits for web-/ };
  },
  complete: async () => ({ cluster: await aDeployed(), why: "3 of 3 pods are available" }),
  resizing: async () => {
    const cluster = await aDeployed();
    const [name = ""] = cluster.names(podKind);
    await cluster.objects.patch(podKind, { ...web, name }, { metadata: { finalizers: ["test/held"] } });
    const bare = { namespace: "default", name: "full" };
    const hard = { pods: "3" };
    await cluster.create(resourceQuotaKind, { metadata: bare, spec: { hard } });
    await cluster.objects.patch(resourceQuotaKind, bare, { status: { hard, used: { pods: "3" } } }, "status");
    await cluster.change({ spec: { replicas: 5 } });
    return { cluster, why: "3 of 5 pods are available" };
  },
  recovering: async () => {
    const cluster = await aDeployed();
    const [name = ""] = cluster.names(podKind);
    await cluster.objects.delete(podKind, { ...web, name });
    await cluster.rest();
    return { cluster, why: /^2 of 3 pods are available; waits for web-\S+ to be ready$/ };
  },
  ending: async () => {
    const cluster = await aDeployed();
    await cluster.objects.patch(deploymentKind, web, { metadata: { finalizers: ["test/held"] } });
    await cluster.objects.delete(deploymentKind, web);
    await cluster.rest();
    return { cluster, why: "being deleted" };
  },
} as const;

for (const state of states) {
  test(`is ${state}, says why, and is so for a server that takes over`, async () => {
    const { cluster, why } = await ways[state]();
    const check = () => {
      assert.equal(cluster.stateOf("rollout default/web"), state);
      const said = cluster.whyOf("rollout default/web");
      if (typeof why === "string") assert.equal(said, why);
      else assert.match(said, why);
    };
    check();
    const writes = cluster.writes();
    await cluster.takeOver();
    check();
    // What is refused is tried again, and told; nothing else is written.
    if (state !== "hindered" && state !== "resizing") assert.equal(cluster.writes(), writes);
  });
}

test("a server that takes over holds what is left of the time", async () => {
  const cluster = await aNewDeployment({ progressDeadlineSeconds: 600 });
  await cluster.advance(400_000);
  await cluster.takeOver();
  await cluster.advance(199_000);
  assert.equal(cluster.stateOf("rollout default/web"), "progressing");
  await cluster.advance(2_000);
  assert.equal(cluster.stateOf("rollout default/web"), "stalled");
  assert.equal(cluster.condition("Progressing")?.reason, "ProgressDeadlineExceeded");
});

test("says which pods it waits for and what is in their way", async () => {
  const cluster = await aDeployed({ strategy: { rollingUpdate: { maxSurge: "100%", maxUnavailable: 0 } } });
  await cluster.setImage("host/nowhere");
  const [first, second] = cluster
    .living()
    .filter(({ spec }) => spec.containers[0]?.image === "host/nowhere")
    .map(({ metadata }) => metadata.name);
  const status = {
    containerStatuses: [
      {
        name: "main",
        image: "",
        imageID: "",
        ready: false,
        restartCount: 0,
        state: { waiting: { reason: "ImagePullBackOff" } },
        lastState: {},
      },
    ],
  };
  await cluster.objects.patch(podKind, { ...web, name: first ?? "" }, { status }, "status");
  await cluster.rest();
  assert.equal(
    cluster.whyOf("rollout default/web"),
    `0 of 3 new pods are available; waits for ${first ?? ""}, ${second ?? ""} and 1 more to be ready (ImagePullBackOff)`,
  );
});

test("a deleted deployment's life ends", async () => {
  const cluster = await aDeployed();
  await cluster.objects.delete(deploymentKind, web);
  await cluster.rest();
  assert.equal(cluster.stateOf("rollout default/web"), undefined);
});
