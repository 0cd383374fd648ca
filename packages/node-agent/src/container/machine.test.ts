import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerStatus } from "@kubus/shared/api/pod.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { memoryBoard, type MemoryProgram } from "../ports/memory-runtime.ts";
import type { ContainerIdentity, ContainerSpec } from "../ports/runtime.ts";
import { eventTable, stateText } from "@kubus/shared/testing/event-table.ts";
import { containerMachine, type ContainerPlan } from "./machine.ts";
import { containerOn } from "./ports.ts";
import { ContainerRefusal } from "./problem.ts";

const aPlan = (more: Partial<ContainerPlan> = {}): ContainerPlan => ({
  podUid: "uid",
  name: "web",
  image: "host/web",
  role: "main",
  restartRule: "Always",
  graceMs: 30_000,
  remembered: undefined,
  ...more,
});

const aSpec = (id: ContainerIdentity): ContainerSpec => ({
  ...id,
  namespace: "default",
  podName: "web",
  image: "host/web",
  command: [],
  args: [],
  env: [],
  privileged: false,
  readOnlyRoot: false,
  capabilities: { add: [], drop: [] },
  stdin: false,
  stdinOnce: false,
  tty: false,
  limits: {},
  logPath: "/log",
});

/** A container on a board in memory; the trace names each state that it was in. */
async function aContainer(plan: Partial<ContainerPlan> = {}, program: MemoryProgram = {}) {
  const clock = simulatedClock();
  const board = memoryBoard({ clock, programs: { web: program } });
  const runtime = board.open();
  await runtime.ensureSandbox(
    {
      podUid: "uid",
      namespace: "default",
      name: "web",
      hostname: "web",
      network: "pod",
      hostAliases: [],
      dns: { nameservers: [], searches: [], options: [] },
      limits: {},
    },
    new AbortController().signal,
  );
  const refusals: Error[] = [];
  const begin = () => {
    const trace: string[] = [];
    const logic = containerOn({
      runtime,
      specOf: ({ attempt }) => {
        const refusal = refusals.shift();
        const spec = aSpec({ podUid: "uid", name: "web", attempt });
        return refusal === undefined ? Promise.resolve(spec) : Promise.reject(refusal);
      },
      forgetLog: () => Promise.resolve(),
    });
    const actor = startActor(logic, { id: "web", input: aPlan(plan), clock, onError: assert.ifError });
    const note = () => {
      const text = stateText(actor.getSnapshot().value);
      if (trace.at(-1) !== text) trace.push(text);
    };
    note();
    actor.subscribe(note);
    return { actor, trace: () => trace.join(" → ") };
  };
  return { clock, board, runtime, refusals, begin };
}

const crash: MemoryProgram = { endsAfterMs: 1_000, exitCode: 1 };

test("restarts a container that keeps failing, with growing pauses", async () => {
  const world = await aContainer({}, crash);
  const { trace, actor } = world.begin();
  await world.clock.advance(2_500);
  assert.equal(
    trace(),
    "inspecting → pulling → starting → running → awaitingRestart → pulling → starting → running → awaitingRestart",
  );
  const starts = () => world.board.calls().filter((call) => call.startsWith("startContainer")).length;
  const after = async (ms: number) => {
    await world.clock.advance(ms);
    return starts();
  };
  assert.equal(starts(), 2);
  assert.equal(await after(9_000), 2);
  assert.equal(await after(1_000), 3);
  assert.equal(await after(20_000), 3);
  assert.equal(await after(1_000), 4);
  // From then on 40 s, 80 s, 160 s, and five minutes each time.
  assert.equal(await after(3_600_000), 18);
  actor.stop();
});

test("begins anew without a pause after ten steady minutes", async () => {
  const world = await aContainer({}, { endsAfterMs: 600_000, exitCode: 1 });
  const { trace, actor } = world.begin();
  await world.clock.advance(2_900_000);
  assert.match(trace(), /^(.*running → awaitingRestart.*){4}$/);
  assert.equal(actor.getSnapshot().context.attempt, 4);
  actor.stop();
});

test("adopts what already runs: it never pulls and never starts", async () => {
  const world = await aContainer();
  const first = world.begin();
  await world.clock.advance(1);
  first.actor.stop();
  const known = world.board.calls().length;
  const { trace, actor } = world.begin();
  await world.clock.advance(1);
  assert.equal(trace(), "inspecting → running");
  assert.deepEqual(world.board.calls().slice(known), ["listContainers uid", "awaitExit uid/web/0"]);
  actor.stop();
});

test("finds an end that nobody saw and restarts by the rule", async () => {
  for (const [restartRule, expected] of [
    ["Always", "inspecting → awaitingRestart → pulling → starting → running"],
    ["OnFailure", "inspecting → exited"],
    ["Never", "inspecting → exited"],
  ] as const) {
    const world = await aContainer({ restartRule });
    const first = world.begin();
    await world.clock.advance(1);
    first.actor.stop();
    world.board.exit({ podUid: "uid", name: "web", attempt: 0 }, 0);
    const { trace, actor } = world.begin();
    await world.clock.advance(1);
    assert.equal(trace(), expected);
    actor.stop();
  }
});

test("a container whose traces are lost is started with the next number, unless it never restarts", async () => {
  const remembered: ContainerStatus = {
    name: "web",
    image: "host/web",
    imageID: "",
    containerID: "memory://uid/web/4",
    ready: true,
    restartCount: 4,
    state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
    lastState: {},
  };
  const always = await aContainer({ remembered });
  const { trace, actor } = always.begin();
  await always.clock.advance(1);
  assert.equal(trace(), "inspecting → awaitingRestart → pulling → starting → running");
  assert.equal(actor.getSnapshot().context.attempt, 5);
  actor.stop();

  const never = await aContainer({ remembered, restartRule: "Never" });
  const ended = never.begin();
  await never.clock.advance(1);
  assert.equal(ended.trace(), "inspecting → exited");
  assert.equal(ended.actor.getSnapshot().context.run?.exitCode, 137);
});

test("looks again, patiently, when the runtime does not answer", async () => {
  const world = await aContainer();
  world.board.fail("listContainers", new Error("away"), 3);
  const { trace, actor } = world.begin();
  await world.clock.advance(10_000);
  assert.equal(
    trace(),
    "inspecting → unsure → inspecting → unsure → inspecting → unsure → inspecting → pulling → starting → running",
  );
  actor.stop();
});

test("a start whose outcome is unknown is looked at, not repeated", async () => {
  const world = await aContainer();
  world.board.fail("awaitExit", new Error("away"));
  const { trace, actor } = world.begin();
  await world.clock.advance(10_000);
  assert.equal(trace(), "inspecting → pulling → starting → running → unsure → inspecting → running");
  assert.equal(world.board.calls().filter((call) => call.startsWith("startContainer")).length, 1);
  actor.stop();
});

test("a start that is refused shows why and is tried again", async () => {
  const world = await aContainer();
  world.refusals.push(new ContainerRefusal("CreateContainerConfigError", 'secret "keys" not found'));
  const { trace, actor } = world.begin();
  await world.clock.advance(1);
  assert.equal(trace(), "inspecting → pulling → starting → awaitingStart");
  assert.equal(actor.getSnapshot().context.problem?.reason, "CreateContainerConfigError");
  await world.clock.advance(1_000);
  assert.equal(stateText(actor.getSnapshot().value), "running");
  actor.stop();
});

test("a failed liveness probe stops it and starts it again", async () => {
  const world = await aContainer();
  const { trace, actor } = world.begin();
  await world.clock.advance(1);
  actor.send({ type: "liveness.failed" });
  await world.clock.advance(10);
  assert.match(trace(), /running → restarting → awaitingRestart → pulling → starting → running$/);
  actor.stop();
});

test("INVARIANT: after pod.deleted nothing starts, whatever was under way", async () => {
  for (const steps of [0, 1, 2, 3]) {
    const world = await aContainer();
    world.board.setDelay(100);
    const { actor } = world.begin();
    await world.clock.advance(steps * 100 + 50);
    actor.send({ type: "pod.deleted", graceMs: 1_000 });
    await world.clock.advance(60_000);
    assert.equal(actor.getSnapshot().status, "done", `after ${steps} steps`);
    const found = await Promise.all([world.runtime.listContainers("uid"), world.clock.advance(200)]);
    assert.ok(found[0].every(({ sighting }) => sighting.state === "exited"));
  }
});

test("a shorter grace period takes the place of a longer one, never the other way round", async () => {
  const world = await aContainer({}, { onTerm: "ignores" });
  const { actor } = world.begin();
  await world.clock.advance(1);
  actor.send({ type: "pod.deleted", graceMs: 30_000 });
  await world.clock.advance(1_000);
  actor.send({ type: "pod.deleted", graceMs: 60_000 });
  actor.send({ type: "pod.deleted", graceMs: 2_000 });
  await world.clock.advance(1_900);
  assert.equal(stateText(actor.getSnapshot().value), "stopping.asking");
  await world.clock.advance(200);
  assert.equal(actor.getSnapshot().context.run?.exitCode, 137);
  assert.equal(actor.getSnapshot().status, "done");
});

test("a stop that fails is asked for again", async () => {
  const world = await aContainer();
  const { trace, actor } = world.begin();
  await world.clock.advance(1);
  world.board.fail("stopContainer", new Error("away"), 2);
  actor.send({ type: "pod.deleted", graceMs: 0 });
  await world.clock.advance(5_000);
  assert.match(trace(), /running → stopping.asking → stopping.askingLater → .* → exited$/);
});

test("what each state makes of each event", () => {
  const states = [
    "inspecting",
    "unsure",
    "pulling",
    { awaitingImage: "refused" },
    "starting",
    "awaitingStart",
    "running",
    "restarting",
    "awaitingRestart",
    { stopping: "asking" },
    { stopping: "askingLater" },
  ];
  const events = {
    deleted: { type: "pod.deleted", graceMs: 30_000 },
    "deleted at once": { type: "pod.deleted", graceMs: 0 },
    "liveness failed": { type: "liveness.failed" },
  };
  assert.deepEqual(eventTable({ machine: containerMachine, input: aPlan(), events, states }), [
    "inspecting: deleted → stopping.asking, deleted at once → stopping.asking, liveness failed → ·",
    "unsure: deleted → stopping.asking, deleted at once → stopping.asking, liveness failed → ·",
    "pulling: deleted → stopping.asking, deleted at once → stopping.asking, liveness failed → ·",
    "awaitingImage.refused: deleted → stopping.asking, deleted at once → stopping.asking, liveness failed → ·",
    "starting: deleted → stopping.asking, deleted at once → stopping.asking, liveness failed → ·",
    "awaitingStart: deleted → stopping.asking, deleted at once → stopping.asking, liveness failed → ·",
    "running: deleted → stopping.asking, deleted at once → stopping.asking, liveness failed → restarting",
    "restarting: deleted → stopping.asking, deleted at once → stopping.asking, liveness failed → ·",
    "awaitingRestart: deleted → stopping.asking, deleted at once → stopping.asking, liveness failed → ·",
    "stopping.asking: deleted → ·, deleted at once → ·, liveness failed → ·",
    "stopping.askingLater: deleted → ·, deleted at once → stopping.asking, liveness failed → ·",
  ]);
});
