import assert from "node:assert/strict";
import { test } from "node:test";
import { and, assign, not, setup } from "xstate";
import type { ChartEdge } from "./chart.ts";
import { chartOf } from "./chart-of.ts";
import { portActor } from "./port-actor.ts";

const pump = setup({
  types: {
    context: {} as { tries: number },
    events: {} as { type: "tank.drained" } | { type: "pump.blocked" },
  },
  actors: { fill: portActor<string, string>("fill") },
  actions: { countTry: assign({ tries: ({ context }) => context.tries + 1 }), ring: () => undefined },
  guards: { isTired: ({ context }) => context.tries > 3, isNight: () => false },
  delays: { pause: 1_000 },
}).createMachine({
  id: "pump",
  description: "One actor per pump.",
  initial: "filling",
  context: { tries: 0 },
  on: { "pump.blocked": ".blocked" },
  states: {
    filling: {
      description: "Water runs.",
      meta: { shows: "running" },
      initial: "slow",
      entry: "countTry",
      states: { slow: { after: { 250: "fast" } }, fast: { type: "final" } },
      invoke: { src: "fill", input: "water", onDone: "full", onError: "resting" },
      onDone: { actions: "ring" },
    },
    resting: { after: { pause: [{ guard: and([not("isTired"), "isNight"]), target: "filling" }] } },
    full: {
      on: { "tank.drained": { target: "filling", description: "Somebody drank." }, "pump.blocked": {} },
    },
    blocked: { type: "final" },
  },
});

const line = ({ from, on, guard, to, actions }: ChartEdge) =>
  `${from} --${on}${guard === undefined ? "" : ` [${guard}]`}--> ${to ?? "(stays)"} ${actions.join(",")}`.trimEnd();

test("reads every state with its parent, kind, description, face, invocations and entry", () => {
  const { id, description, states } = chartOf(pump);
  assert.equal(id, "pump");
  assert.equal(description, "One actor per pump.");
  assert.deepEqual(
    states.map(({ path, kind, initial }) => `${path} ${kind}${initial ? " initial" : ""}`),
    [
      "filling compound initial",
      "filling.slow atomic initial",
      "filling.fast final",
      "resting atomic",
      "full atomic",
      "blocked final",
    ],
  );
  assert.deepEqual(states[0], {
    path: "filling",
    name: "filling",
    kind: "compound",
    initial: true,
    description: "Water runs.",
    meta: { shows: "running" },
    invokes: ["fill"],
    entry: ["countTry"],
  });
  assert.equal(states[1]?.parent, "filling");
  assert.deepEqual(states[1].entry, [], "the setting of a timer is not an action of ours");
});

test("reads every edge with its event, guard, target and actions", () => {
  assert.deepEqual(chartOf(pump).edges.map(line).sort(), [
    " --pump.blocked--> blocked",
    "filling --done--> (stays) ring",
    "filling --done--> full",
    "filling --failed--> resting",
    "filling.slow --after 250--> filling.fast",
    "full --pump.blocked--> (stays)",
    "full --tank.drained--> filling",
    "resting --after pause [not isTired and isNight]--> filling",
  ]);
  assert.equal(chartOf(pump).edges.find(({ on }) => on === "tank.drained")?.description, "Somebody drank.");
});

test("is plain data: a chart survives JSON unchanged", () => {
  const text = JSON.stringify(chartOf(pump));
  assert.equal(JSON.stringify(JSON.parse(text)), text);
  assert.ok(text.includes('"to":"full"'));
});
