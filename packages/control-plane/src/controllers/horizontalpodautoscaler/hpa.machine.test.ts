/** The chart of an autoscaler's life. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { aLife } from "../testing/life.ts";
import { hpaMachine } from "./hpa.machine.ts";

test("the boards are asked again when the 15 seconds of whatever came of the last look are over", async () => {
  const life = aLife(hpaMachine);
  life.look({ type: "load.asked" });
  life.look({ type: "size.set", why: "the size becomes 3", dueInMs: 15_000 });
  await life.advance(15_000);
  life.look({ type: "size.fits", dueInMs: 15_000 });
  await life.advance(15_000);
  assert.equal(life.trace(), "unseen → measuring → resized → measuring → steady → measuring");
  assert.equal(life.looks(), 2);
});

test("boards that are asked are waited for, however long it takes", async () => {
  const life = aLife(hpaMachine);
  life.look({ type: "load.asked", why: "asking 3 boards", dueInMs: 15_000 });
  await life.advance(60_000);
  assert.deepEqual([life.state(), life.why(), life.looks()], ["measuring", "asking 3 boards", 0]);
});

test("every look leads to the same state from every state", () => {
  const type = (name: string) => ({ type: name });
  const events = {
    "load.asked": type("load.asked"),
    "size.set": type("size.set"),
    "size.fits": type("size.fits"),
    "size.held": type("size.held"),
    "size.limited": type("size.limited"),
    "load.unknown": type("load.unknown"),
    "target.missing": type("target.missing"),
    "target.empty": type("target.empty"),
  };
  const states = [
    "measuring",
    "resized",
    "steady",
    "stabilising",
    "limited",
    "waitingForMetrics",
    "withoutTarget",
    "disabled",
  ];
  const leadsTo: Readonly<Record<string, string>> = {
    "load.asked": "measuring",
    "size.set": "resized",
    "size.fits": "steady",
    "size.held": "stabilising",
    "size.limited": "limited",
    "load.unknown": "waitingForMetrics",
    "target.missing": "withoutTarget",
    "target.empty": "disabled",
  };
  const row = (state: string) =>
    `${state}: ${Object.entries(leadsTo)
      .map(([event, to]) => `${event} → ${to === state ? "·" : to}`)
      .join(", ")}`;
  assert.deepEqual(eventTable({ machine: hpaMachine, input: {}, events, states }), states.map(row));
});
