/** At most one server leads, and one does whenever it can. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { initialTransition, transition, type StateValue } from "xstate";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { aCluster } from "../controllers/testing/cluster.ts";
import { leaseKind } from "../kinds/index.ts";
import type { Objects } from "../api/objects.ts";
import type { Switches } from "../switches/switches.ts";
import { claimOf } from "./claim.ts";
import { leadershipMachine } from "./leadership.machine.ts";
import { leaseTarget } from "./claim.ts";
import { startLeadership } from "./leadership.ts";

/** Servers that share a cluster; the link of each can be cut. */
async function someServers() {
  const { cache, clock, objects } = await aCluster();
  const trace: string[] = [];
  const server = (name: string, switches?: Switches) => {
    let isCut = false;
    const patch: Objects["patch"] = (...args) =>
      isCut ? Promise.reject(new Trouble("timeout", "the cable is pulled")) : objects.patch(...args);
    const leadership = startLeadership({
      name,
      ...(switches === undefined ? {} : { switches }),
      cache,
      clock,
      objects: { ...objects, patch },
      log: silentLog,
      onGained: () => trace.push(`${name} leads`),
      onLost: () => trace.push(`${name} ends`),
      onError: (error) => assert.fail(String(error)),
    });
    return { ...leadership, cut: () => (isCut = true), mend: () => (isCut = false) };
  };
  return { server, clock, cache, trace: () => trace.join(" → ") };
}

test("a server that is alone leads at once, also after a restart", async () => {
  const { server, clock, cache, trace } = await someServers();
  server("server-1");
  await clock.advance(100);
  assert.equal(trace(), "server-1 leads");
  server("server-1");
  await clock.advance(100);
  assert.equal(trace(), "server-1 leads → server-1 leads");
  assert.equal(
    cache.get(leaseKind, leaseTarget.namespace, leaseTarget.name)?.spec?.holderIdentity,
    "server-1",
  );
});

test("the second waits, and takes over at once when the first hands over", async () => {
  const { server, clock, trace } = await someServers();
  const first = server("server-1");
  await clock.advance(100);
  const second = server("server-2");
  await clock.advance(60_000);
  assert.equal(trace(), "server-1 leads");
  assert.equal(second.leader(), "server-1");
  await first.stop();
  await settle();
  assert.equal(trace(), "server-1 leads → server-1 ends → server-2 leads");
  assert.equal(second.isLeading(), true);
});

test("INVARIANT: a leader that cannot renew ends before another begins", async () => {
  const { server, clock, trace } = await someServers();
  const first = server("server-1");
  await clock.advance(100);
  server("server-2");
  await clock.advance(10_000);
  first.cut();
  await clock.advance(3_500);
  assert.equal(trace(), "server-1 leads → server-1 ends");
  await clock.advance(2_000);
  assert.equal(trace(), "server-1 leads → server-1 ends → server-2 leads");
  first.mend();
  await clock.advance(60_000);
  assert.equal(trace(), "server-1 leads → server-1 ends → server-2 leads");
});

test("the lease tells what the leader was told, and no more when the next leader was told nothing", async () => {
  const { server, clock, cache } = await someServers();
  const told = () => cache.get(leaseKind, leaseTarget.namespace, leaseTarget.name)?.metadata.annotations;
  const first = server("server-1", { controllers: ["*", "-deployment"], disabled: ["scheduler"] });
  await clock.advance(100);
  assert.deepEqual(told(), { "kubus.io/controllers": "*,-deployment", "kubus.io/disabled": "scheduler" });
  server("server-2");
  await first.stop();
  await clock.advance(100);
  assert.deepEqual(told() ?? {}, {});
});

test("a renewal that fails for a moment costs nothing", async () => {
  const { server, clock, trace } = await someServers();
  const first = server("server-1");
  await clock.advance(100);
  first.cut();
  await clock.advance(2_000);
  first.mend();
  await clock.advance(10_000);
  assert.equal(trace(), "server-1 leads");
});

test("a lease is judged by our own clock alone", () => {
  const lease = (holderIdentity: string) => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "l", uid: "u", resourceVersion: "1", creationTimestamp: "" },
    spec: {
      holderIdentity,
      leaseDurationSeconds: 4,
      leaseTransitions: 2,
      renewTime: "1999-01-01T00:00:00.000000Z",
    },
  });
  const claim = (holder: string | undefined, unchangedForMs: number) =>
    claimOf({ lease: holder === undefined ? undefined : lease(holder), me: "me", unchangedForMs });
  assert.deepEqual(claim(undefined, 0), { type: "take", transitions: 0 });
  assert.deepEqual(claim("", 0), { type: "take", transitions: 3 });
  assert.deepEqual(claim("me", 99_000), { type: "renew" });
  assert.deepEqual(claim("other", 1_000), { type: "wait", holder: "other", waitMs: 3_000 });
  assert.deepEqual(claim("other", 4_000), { type: "take", transitions: 3 });
});

test("what each state makes of each event", () => {
  const tenure = (state: string) => ({ leading: { tenure: state } });
  const machine = leadershipMachine.provide({
    actions: { tellGained: () => undefined, tellLost: () => undefined },
  });
  const [{ context }] = initialTransition(machine);
  const states: readonly StateValue[] = [
    "candidate",
    "following",
    "unsure",
    tenure("holding"),
    tenure("renewing"),
    tenure("retrying"),
    "releasing",
  ];
  const after = (value: StateValue, type: "lease.changed" | "stop.requested") => {
    const [next] = transition(machine, machine.resolveState({ value, context }), { type });
    return JSON.stringify(next.value) === JSON.stringify(value) ? "·" : next.value;
  };
  assert.deepEqual(
    states.map((state) => [
      JSON.stringify(state),
      after(state, "lease.changed"),
      after(state, "stop.requested"),
    ]),
    [
      ['"candidate"', "·", "stopped"],
      ['"following"', "candidate", "stopped"],
      ['"unsure"', "·", "stopped"],
      ['{"leading":{"tenure":"holding"}}', "·", "releasing"],
      ['{"leading":{"tenure":"renewing"}}', "·", "releasing"],
      ['{"leading":{"tenure":"retrying"}}', "·", "releasing"],
      ['"releasing"', "·", "·"],
    ],
  );
});
