/** Heat, slowness and under-voltage as conditions: begun at once, ended late, written rarely. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { HostVitals } from "../ports/host.ts";
import { ailmentConditions, ailmentLimits, seen, type Sightings } from "./ailments.ts";
import { tellsNews } from "./object.ts";

const quiet: HostVitals = {
  cpuUsed: 0.1,
  memoryAvailableBytes: 1,
  diskAvailableBytes: 1,
  load1: 0,
  uptimeSeconds: 1,
  networkReceivedBytes: 0,
  networkSentBytes: 0,
};
const start = Date.UTC(2026, 0, 1);

/** A board that is looked at; what it says stands in the API at once. */
function aBoard(standing: readonly Condition[] = []) {
  let before = standing;
  let sightings: Sightings | undefined;
  let writes = 0;
  const look = (second: number, vitals: Partial<HostVitals>) => {
    const now = { ...quiet, ...vitals };
    const monotonic = second * 1_000;
    sightings = seen(sightings, now, monotonic);
    const wanted = ailmentConditions(now, { before, sightings, monotonic, now: start + monotonic });
    if (tellsNews(before, wanted)) writes += 1;
    before = wanted;
    return wanted.map(({ type, status, reason }) => `${type}=${status} ${reason ?? ""}`);
  };
  const word = (second: number, vitals: Partial<HostVitals>) =>
    look(second, vitals).map((text) => /=(\w+)/.exec(text)?.[1])[0];
  return { look, word, writes: () => writes, conditions: () => before };
}

test("a board without sensors has no such conditions", () => {
  assert.deepEqual(aBoard().look(0, {}), []);
});

test("heat begins at the limit and ends ten degrees below it", () => {
  const board = aBoard();
  assert.equal(board.word(0, { temperatureCelsius: 79.9 }), "False");
  assert.equal(board.word(1, { temperatureCelsius: 80 }), "True");
  assert.equal(board.word(2, { temperatureCelsius: 70 }), "True");
  assert.equal(board.word(3, { temperatureCelsius: 69.9 }), "False");
  assert.equal(board.word(4, { temperatureCelsius: 79 }), "False");
});

test("a board that says where its limit is, is measured by that", () => {
  const board = aBoard();
  assert.equal(board.word(0, { temperatureCelsius: 84, heatLimitCelsius: 95 }), "False");
  assert.equal(board.word(1, { temperatureCelsius: 61, heatLimitCelsius: 60 }), "True");
});

test("a flag that comes and goes many times a minute is one condition, over two minutes after its last sight", () => {
  const board = aBoard();
  assert.equal(board.word(0, { throttled: false }), "False");
  for (let second = 1; second < 60; second += 1) {
    assert.equal(board.word(second, { throttled: second % 2 === 1 }), "True");
  }
  assert.equal(board.word(59 + 119, { throttled: false }), "True");
  assert.equal(board.word(59 + 120, { throttled: false }), "False");
  assert.equal(board.writes(), 3, "first seen, begun, over");
});

test("an agent that starts anew leaves a standing flag as it is until it has watched for long enough", () => {
  const standing: Condition = { type: "UnderVoltage", status: "True", reason: "BoardUnderVoltage" };
  const board = aBoard([standing]);
  assert.equal(board.word(500, { underVoltage: false }), "True");
  assert.equal(board.word(500 + ailmentLimits.holdMs / 1_000, { underVoltage: false }), "False");
});

test("a sensor that falls silent is told as unknown, and the time of the change stays while it lasts", () => {
  const board = aBoard();
  assert.equal(board.word(0, { temperatureCelsius: 85 }), "True");
  assert.deepEqual(board.look(1, {}), ["Overheated=Unknown SensorSilent"]);
  board.look(60, {});
  assert.equal(board.conditions()[0]?.lastTransitionTime, "2026-01-01T00:00:01Z");
});

test("messages are for people: the figure, the cause, and what was since the board was switched on", () => {
  const board = aBoard();
  board.look(0, {
    temperatureCelsius: 84.2,
    throttled: true,
    throttledBy: ["the firmware throttles it"],
    underVoltage: false,
    sinceBoot: ["under-voltage"],
  });
  assert.deepEqual(
    board.conditions().map(({ message }) => message),
    [
      "the board has 84 °C, its limit is 80 °C",
      "the board is slowed down: the firmware throttles it",
      "the board's supply voltage is sufficient; it was not always since the board was switched on",
    ],
  );
});
