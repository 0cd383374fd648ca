import assert from "node:assert/strict";
import { test } from "node:test";
import { fromPromise, raise, setup } from "xstate";
import { simulatedClock } from "../testing/simulated-clock.ts";
import { settle } from "../testing/settle.ts";
import { actorRegistry } from "./inspection.ts";
import type { ActorChange } from "./registry.ts";
import { startActor } from "./run.ts";
import { stateText } from "./state-value.ts";

const lamp = setup({
  types: { input: {} as { name: string }, events: {} as { type: "switch.pressed" } | { type: "lamp.broke" } },
  delays: { pause: 700 },
}).createMachine({
  id: "lamp",
  initial: "dark",
  states: {
    dark: { on: { "switch.pressed": "lit" } },
    lit: { after: { pause: "dark" }, on: { "switch.pressed": { target: "lit", reenter: true } } },
    broken: { type: "final" },
  },
  on: { "lamp.broke": ".broken" },
});

const house = setup({
  actors: { lamp, ask: fromPromise(() => Promise.resolve(1)) },
  types: { events: {} as { type: "family.left" } | { type: "clock.struck" } },
}).createMachine({
  id: "house",
  initial: "asking",
  states: {
    asking: { invoke: { src: "ask", onDone: "lived" } },
    lived: {
      invoke: { src: "lamp", id: "lamp", input: { name: "hall" } },
      on: { "family.left": "empty" },
      entry: raise({ type: "clock.struck" }, { delay: 5_000, id: "strike" }),
    },
    empty: {},
  },
});

function aWorld() {
  const clock = simulatedClock();
  const registry = actorRegistry({ clock });
  const changes: ActorChange[] = [];
  registry.onChange((change) => changes.push(change));
  const start = (id: string) =>
    startActor(lamp, { id, input: { name: id }, clock, registry, onError: assert.ifError });
  return { clock, registry, changes, start };
}

test("lists a machine with its state, since when, and the timer that fires next", async () => {
  const { clock, registry, start } = aWorld();
  const actor = start("lamp hall");
  await clock.advance(50);
  actor.send({ type: "switch.pressed" });
  const startedAt = clock.now();
  await clock.advance(100);
  assert.deepEqual(registry.get("lamp hall"), {
    id: "lamp hall",
    machine: "lamp",
    state: "lit",
    since: startedAt,
    status: "active",
    timers: [{ id: "xstate.after.pause.lamp.lit", firesAt: startedAt + 700, delayMs: 700 }],
  });
  await clock.advance(600);
  assert.deepEqual(registry.get("lamp hall")?.timers, []);
  assert.equal(registry.get("lamp hall")?.state, "dark");
});

test("tells each change once, with the event in the words of the chart", async () => {
  const { clock, changes, start } = aWorld();
  const actor = start("lamp hall");
  actor.send({ type: "switch.pressed" });
  await clock.advance(700);
  actor.send({ type: "lamp.broke" });
  assert.deepEqual(
    changes.map((change) =>
      change.type === "ended"
        ? `ended ${change.report.status}`
        : `${stateText(change.from)} → ${stateText(change.report.state)} on ${change.event}`,
    ),
    [
      " → dark on start",
      "dark → lit on switch.pressed",
      "lit → dark on after pause",
      "dark → broken on lamp.broke",
      "ended done",
    ],
  );
});

test("tells of a timer that starts anew although the state stays", () => {
  const { changes, start } = aWorld();
  const actor = start("lamp hall");
  actor.send({ type: "switch.pressed" });
  const before = changes.length;
  actor.send({ type: "switch.pressed" });
  assert.equal(changes.length, before + 1);
});

test("lists machines only, children under their parent, and forgets whatever ended", async () => {
  const { clock, registry } = aWorld();
  const actor = startActor(house, {
    id: "house 1",
    input: undefined,
    clock,
    registry,
    onError: assert.ifError,
  });
  assert.deepEqual(
    registry.list().map(({ id }) => id),
    ["house 1"],
  );
  await settle();
  assert.deepEqual(
    registry.list().map(({ id, parent }) => [id, parent]),
    [
      ["house 1", undefined],
      ["lamp", "house 1"],
    ],
  );
  assert.deepEqual([...registry.machines().keys()], ["house", "lamp"]);
  actor.send({ type: "family.left" });
  assert.deepEqual(
    registry.list().map(({ id }) => id),
    ["house 1"],
  );
  actor.stop();
  assert.deepEqual(registry.list(), []);
});

test("gives actors of one name different ids, and frees an id with its actor", async () => {
  const { clock, registry } = aWorld();
  const run = (id: string) =>
    startActor(house, { id, input: undefined, clock, registry, onError: assert.ifError });
  const houses = [run("house 1"), run("house 2")];
  await settle();
  assert.deepEqual(
    registry
      .list()
      .map(({ id }) => id)
      .sort(),
    ["house 1", "house 2", "house 2 lamp", "lamp"],
  );
  for (const house of houses) house.stop();
  run("house 1");
  await settle();
  assert.deepEqual(
    registry.list().map(({ id }) => id),
    ["house 1", "lamp"],
  );
});

test("drops a delayed event's timer when it fires, although nothing reacts to it", async () => {
  const { clock, registry } = aWorld();
  startActor(house, { id: "house 1", input: undefined, clock, registry, onError: assert.ifError });
  await settle();
  assert.deepEqual(
    registry.get("house 1")?.timers.map(({ id }) => id),
    ["strike"],
  );
  await clock.advance(5_000);
  assert.deepEqual(registry.get("house 1")?.timers, []);
});

test("forgets an actor whose machine threw", async () => {
  const { clock, registry, changes } = aWorld();
  const bomb = setup({ actions: { explode: () => assert.fail("boom") } }).createMachine({
    id: "bomb",
    initial: "quiet",
    states: { quiet: { on: { lit: { actions: "explode" } } } },
  });
  const errors: unknown[] = [];
  const actor = startActor(bomb, {
    id: "bomb",
    input: undefined,
    clock,
    registry,
    onError: (error) => errors.push(error),
  });
  actor.send({ type: "lit" });
  await settle();
  assert.equal(errors.length, 1);
  assert.deepEqual(registry.list(), []);
  assert.deepEqual(changes.at(-1)?.report.status, "error");
});

test("costs at most 10 µs an event", () => {
  const time = (registry?: ReturnType<typeof actorRegistry>) => {
    const clock = simulatedClock();
    const machine = setup({ types: { events: {} as { type: "turned" } } }).createMachine({
      id: "wheel",
      initial: "a",
      states: { a: { on: { turned: "b" } }, b: { on: { turned: "a" } } },
    });
    const seen = registry === undefined ? {} : { registry };
    const actor = startActor(machine, {
      id: "wheel",
      input: undefined,
      clock,
      ...seen,
      onError: assert.ifError,
    });
    const start = performance.now();
    for (let i = 0; i < 20_000; i += 1) actor.send({ type: "turned" });
    return ((performance.now() - start) * 1_000) / 20_000;
  };
  const seen = () => time(actorRegistry({ clock: simulatedClock() }));
  time();
  seen();
  const best = Math.min(seen(), seen(), seen()) - Math.min(time(), time(), time());
  assert.ok(best <= 10, `${best.toFixed(1)} µs an event`);
});
