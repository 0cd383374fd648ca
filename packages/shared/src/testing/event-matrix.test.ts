import assert from "node:assert/strict";
import { test } from "node:test";
import { setup } from "xstate";
import { eventMatrixOf } from "./event-matrix.ts";

/** Each pair of a state and an event is tried on the machine itself. */
test("finds what each state makes of each event by trying", () => {
  const lamp = setup({
    types: { events: {} as { type: "day.broke" } | { type: "bulb.told"; data: { isBroken: boolean } } },
    guards: { isBroken: (_, { isBroken }: { isBroken: boolean }) => isBroken },
  }).createMachine({
    id: "lamp",
    initial: "lit",
    states: {
      lit: {
        initial: "bright",
        states: { bright: { on: { "day.broke": "dim" } }, dim: {} },
        on: {
          "bulb.told": {
            guard: { type: "isBroken", params: ({ event }) => ({ isBroken: event.data.isBroken }) },
            target: "broken",
          },
        },
      },
      broken: { type: "final" },
    },
  });
  assert.deepEqual(eventMatrixOf(lamp), {
    events: ["bulb.told", "day.broke"],
    rows: [
      { state: "lit.bright", cells: ["?", "lit.dim"] },
      { state: "lit.dim", cells: ["?", "·"] },
    ],
  });
});
