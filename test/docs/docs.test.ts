import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chart } from "@kubus/shared/machine/chart.ts";
import { chartOf } from "@kubus/shared/machine/chart-of.ts";
import { stalePages } from "./generate.ts";
import { machinePage } from "./machine-page.ts";
import { mermaidOf } from "./mermaid.ts";
import { generatedPages } from "./pages.ts";
import { findMachines } from "./sources.ts";

/** More states on one level are no longer seen at a glance. */
const statesPerLevelMax = 12;

test("the generated pages are fresh", async () => {
  assert.deepEqual(stalePages(await generatedPages()), [], 'Run "npm run docs".');
});

test("every machine says what it guarantees, and fits on a screen", async () => {
  const machines = await findMachines();
  assert.ok(machines.length > 0);
  for (const { machine, header, file } of machines) {
    assert.ok(header.length > 40, `${file} needs a header that says what one actor stands for.`);
    const perLevel = Object.groupBy(chartOf(machine).states, ({ parent }) => parent ?? "");
    for (const [level, states = []] of Object.entries(perLevel)) {
      assert.ok(
        states.length <= statesPerLevelMax,
        `${machine.id} has ${states.length} states in "${level}".`,
      );
    }
  }
});

const pump: Chart = {
  id: "pump",
  states: [
    { path: "running", name: "running", kind: "compound", initial: true, invokes: ["fill"], entry: [] },
    {
      path: "running.slow",
      parent: "running",
      name: "slow",
      kind: "atomic",
      initial: true,
      invokes: [],
      entry: [],
    },
    {
      path: "running.fast",
      parent: "running",
      name: "fast",
      kind: "atomic",
      initial: false,
      invokes: [],
      entry: [],
    },
    {
      path: "resting",
      name: "resting",
      kind: "atomic",
      initial: false,
      description: "Waits: for water.",
      invokes: [],
      entry: [],
    },
    { path: "blocked", name: "blocked", kind: "final", initial: false, invokes: [], entry: [] },
  ],
  edges: [
    { from: "", to: "blocked", on: "pump.blocked", actions: [] },
    { from: "running", to: "resting", on: "tank.drained", guard: "isDay", actions: ["ring"] },
    { from: "running.slow", to: "running.fast", on: "after pause", actions: [] },
  ],
};

test("draws nested states, guards, delays, notes and ends", () => {
  assert.equal(
    mermaidOf(pump),
    `stateDiagram-v2
  state "running" as running
  state running {
    state "slow" as running__slow
    [*] --> running__slow
    state "fast" as running__fast
  }
  [*] --> running
  state "resting: Waits  for water." as resting
  blocked
  blocked --> [*]
  running --> resting: tank.drained [isDay]
  running__slow --> running__fast: after pause
  note left of blocked: from anywhere on pump.blocked`,
  );
});

test("lists states and transitions in tables", () => {
  const page = machinePage({
    chart: pump,
    header: "One actor per pump.",
    source: { file: "a/pump.machine.ts", link: "../pump.machine.ts" },
    matrix: { events: ["tank.drained"], rows: [{ state: "running.slow", cells: ["resting"] }] },
  });
  assert.match(page, /\| `running` \(initial, compound\) \|/);
  assert.match(page, /\| `running` \| tank\.drained \| isDay \| `resting` \| `ring` \|/);
  assert.match(page, /\| \(anywhere\) \| pump\.blocked \| {2}\| `blocked` \|/);
  assert.match(page, /\| {2}\| tank\.drained \|\n\| --- \| --- \|\n\| `running\.slow` \| resting \|/);
});
