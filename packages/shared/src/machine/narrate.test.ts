import assert from "node:assert/strict";
import { test } from "node:test";
import { setup } from "xstate";
import { logTo } from "../log/log.ts";
import { simulatedClock } from "../testing/simulated-clock.ts";
import { actorRegistry } from "./inspection.ts";
import { narrate } from "./narrate.ts";
import { startActor } from "./run.ts";

const lamp = setup({
  types: { events: {} as { type: "switch.pressed" } },
  delays: { pause: 700 },
}).createMachine({
  id: "lamp",
  initial: "dark",
  states: {
    dark: { on: { "switch.pressed": "lit" } },
    lit: { initial: "dim", states: { dim: {} }, after: { pause: "dark" } },
  },
});

test("tells each transition in one line and counts it", async () => {
  const clock = simulatedClock();
  const registry = actorRegistry({ clock });
  const lines: string[] = [];
  const log = logTo((line) => lines.push(line.slice(line.indexOf(" ") + 1).trim()), {
    now: () => clock.now(),
    level: "info",
  });
  const narration = narrate({ registry, log });
  const actor = startActor(lamp, {
    id: "lamp hall",
    input: undefined,
    clock,
    registry,
    onError: assert.ifError,
  });
  actor.send({ type: "switch.pressed" });
  await clock.advance(700);
  assert.deepEqual(lines, [
    'info lamp.transition actor="lamp hall" to=dark on=start',
    'info lamp.transition actor="lamp hall" from=dark to=lit.dim on=switch.pressed',
    'info lamp.transition actor="lamp hall" from=lit.dim to=dark on="after pause"',
  ]);
  assert.deepEqual(narration.counts(), [
    { machine: "lamp", to: "dark", count: 2 },
    { machine: "lamp", to: "lit.dim", count: 1 },
  ]);
  narration.stop();
  actor.send({ type: "switch.pressed" });
  assert.equal(lines.length, 3);
});
