import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node } from "@kubus/shared/api/node.ts";
import { peersOf } from "../network/wiring.ts";
import type { HostCapacity, HostVitals } from "../ports/host.ts";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { pressureConditions } from "./conditions.ts";
import { nodeMachine } from "./machine.ts";
import { ownVitals, smoothed, visibleChange, vitalAnnotations } from "./vitals.ts";

const megabyte = 1024 * 1024;
const capacity: HostCapacity = {
  cpuMillis: 4_000,
  memoryBytes: 1_000 * megabyte,
  diskBytes: 10_000 * megabyte,
  podsMax: 110,
};
const vitals: HostVitals = {
  cpuUsed: 0.25,
  memoryAvailableBytes: 600 * megabyte,
  diskAvailableBytes: 5_000 * megabyte,
  load1: 0.4,
  uptimeSeconds: 1,
  networkReceivedBytes: 0,
  networkSentBytes: 0,
};
const at = (second: number) => Date.UTC(2026, 0, 1, 0, 0, second);

test("a shortage begins at its threshold and ends only with a margin; its time stays while it lasts", () => {
  let before = pressureConditions(vitals, capacity, { before: [], now: at(0) });
  const memory = (left: number, second: number) => {
    const now = { ...vitals, memoryAvailableBytes: left * megabyte };
    before = pressureConditions(now, capacity, { before, now: at(second) });
    const { status, lastTransitionTime } = before.find(({ type }) => type === "MemoryPressure") ?? {};
    return `${status} ${lastTransitionTime?.slice(17, 19)}`;
  };
  assert.equal(memory(101, 1), "False 00");
  assert.equal(memory(99, 2), "True 02");
  assert.equal(memory(110, 3), "True 02");
  assert.equal(memory(121, 4), "False 04");
  const disk = { ...vitals, diskAvailableBytes: 900 * megabyte };
  const short = pressureConditions(disk, capacity, { before, now: at(5) });
  assert.deepEqual(
    short.map(({ type, status }) => `${type} ${status}`),
    ["MemoryPressure False", "DiskPressure True", "PIDPressure False"],
  );
  const crowded = { ...vitals, pidsUsed: 950, pidsMax: 1_000 };
  const [, , pids] = pressureConditions(crowded, capacity, { before, now: at(6) });
  assert.equal(pids?.status, "True");
});

test("shows figures anew only when people would see the difference", () => {
  const shown = vitalAnnotations({ ...vitals, temperatureCelsius: 50, throttled: false }, capacity);
  assert.deepEqual(shown, {
    "kubus.io/temperature-celsius": "50.0",
    "kubus.io/throttled": "false",
    "kubus.io/load-1m": "0.40",
    "kubus.io/cpu-used-percent": "25",
    "kubus.io/memory-used-percent": "40",
  });
  const becomes = (change: Partial<HostVitals>) =>
    visibleChange(
      shown,
      vitalAnnotations({ ...vitals, temperatureCelsius: 50, throttled: false, ...change }, capacity),
    );
  assert.equal(becomes({}), "none");
  assert.equal(becomes({ temperatureCelsius: 54.9, load1: 1, cpuUsed: 0.4 }), "none");
  assert.equal(becomes({ temperatureCelsius: 55 }), "figure");
  assert.equal(becomes({ load1: 1.2 }), "figure");
  const loaded = vitalAnnotations({ ...vitals, load1: 16 }, capacity);
  const loadOf = (load1: number) => visibleChange(loaded, vitalAnnotations({ ...vitals, load1 }, capacity));
  assert.deepEqual([loadOf(13), loadOf(19.9), loadOf(20)], ["none", "none", "figure"]);
  assert.equal(becomes({ throttled: true }), "word");
  assert.equal(becomes({ underVoltage: false }), "word", "a figure that was never shown is news");
  assert.equal(becomes({ pressure: 0.01 }), "word");
});

test("a board that shares its machine shows what its own pods use", () => {
  const pod = (cpuNanocores: number, memoryBytes: number) => ({
    namespace: "default",
    name: "web",
    uid: "uid",
    at: 0,
    windowMs: 15_000,
    containers: [{ name: "main", cpuNanocores, memoryBytes }],
  });
  const busy = { ...vitals, cpuUsed: 0.9, pressure: 0.5 };
  const { cpuUsed, memoryAvailableBytes, pressure } = ownVitals(busy, capacity, [
    pod(1e9, 100 * megabyte),
    pod(2e9, 150 * megabyte),
  ]);
  assert.deepEqual([cpuUsed, memoryAvailableBytes, pressure], [0.75, 750 * megabyte, undefined]);
  assert.equal(ownVitals(busy, capacity, []).cpuUsed, 0);
  assert.equal(ownVitals(busy, capacity, [pod(9e9, 0)]).cpuUsed, 1);
});

test("smooths the processors over about ten seconds", () => {
  let now: HostVitals | undefined;
  for (let second = 0; second < 10; second += 1) {
    now = smoothed(now ?? { ...vitals, cpuUsed: 0 }, { ...vitals, cpuUsed: 1 });
  }
  assert.ok(now !== undefined && now.cpuUsed > 0.6 && now.cpuUsed < 0.7);
});

test("peers are all other boards that have an address and pod addresses, in a stable order", () => {
  const node = (name: string, address?: string, podCIDR?: string) =>
    ({
      metadata: { name },
      spec: podCIDR === undefined ? {} : { podCIDR },
      status: { addresses: address === undefined ? [] : [{ type: "InternalIP", address }] },
    }) as unknown as Node;
  const nodes = [
    node("c", "1.3", "3"),
    node("own", "1.9", "9"),
    node("b", "1.2"),
    node("d", undefined, "4"),
    node("a", "1.1", "1"),
  ];
  assert.deepEqual(
    peersOf(nodes, "own").map(({ node, address, podCidr }) => `${node} ${address} ${podCidr}`),
    ["a 1.1 1", "c 1.3 3"],
  );
});

test("what the node makes of each event in each state", () => {
  const events = {
    "bus returned": { type: "bus.returned" },
    vanished: { type: "node.vanished" },
    stopping: { type: "agent.stopping" },
  };
  const states = ["registering", "awaitingServer", "member", "leaving"];
  assert.deepEqual(eventTable({ machine: nodeMachine, input: { node: "board-1" }, events, states }), [
    "registering: bus returned → ·, vanished → ·, stopping → leaving",
    "awaitingServer: bus returned → registering, vanished → ·, stopping → leaving",
    "member: bus returned → ·, vanished → registering, stopping → leaving",
    "leaving: bus returned → ·, vanished → ·, stopping → ·",
  ]);
});
