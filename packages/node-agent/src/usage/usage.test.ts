import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { PodUsage, UsageReport } from "@kubus/shared/bus/usage.ts";
import { usageLimits } from "../limits.ts";
import type { HostCapacity, HostVitals } from "../ports/host.ts";
import { bytesOf } from "../testing/bytes.ts";
import { aBoard, aPod, podPath, type TestBoard } from "../testing/world.ts";
import { nodeUsage, podUsages, type Look, type Point } from "./rates.ts";

/** `main` of pod `web`, seen at a second. */
const aPoint = (second: number, cpuSeconds: number, over: Partial<Point> = {}): Point => ({
  key: "u/main/0",
  container: "main",
  pod: { namespace: "default", name: "web", uid: "u" },
  startedAt: 0,
  at: second * 1_000,
  monotonic: second * 1_000,
  used: { cpuSeconds, workingSetBytes: 4_096 },
  ...over,
});
const aLook = (second: number, ...points: readonly Point[]): Look => ({
  at: second * 1_000,
  points: new Map(points.map((point) => [point.key, point])),
});
const told = (pods: readonly PodUsage[]) =>
  pods.map(
    ({ name, windowMs, containers }) =>
      `${name} ${windowMs}: ${containers.map((one) => `${one.name} ${one.cpuNanocores / 1e6}`).join(" ")}`,
  );
const ages = 1_000;

test("tells what a container used between two looks", () => {
  const pods = podUsages(aLook(ages + 15, aPoint(ages + 15, 9)), aLook(ages, aPoint(ages, 6)));
  assert.deepEqual(pods, [
    {
      namespace: "default",
      name: "web",
      uid: "u",
      at: (ages + 15) * 1_000,
      windowMs: 15_000,
      containers: [{ name: "main", cpuNanocores: 200_000_000, memoryBytes: 4_096 }],
    },
  ]);
  assert.deepEqual(podUsages(undefined, undefined), []);
});

test("measures by the clock that does not jump", () => {
  const last = aPoint(ages + 15, 9, { at: 5 });
  assert.deepEqual(told(podUsages(aLook(ages + 15, last), aLook(ages, aPoint(ages, 6)))), [
    "web 15000: main 200",
  ]);
});

test("knows that what began after the look before had used nothing then", () => {
  const began = (second: number) => ({ startedAt: (ages + second) * 1_000 });
  const at = (second: number, start: number) =>
    told(podUsages(aLook(ages + second, aPoint(ages + second, 3, began(start))), aLook(ages)));
  assert.deepEqual(at(15, 3), ["web 12000: main 250"]);
  // Too short a time to tell a rate; and one that was there before, but was not seen.
  assert.deepEqual(at(15, 6), []);
  assert.deepEqual(at(15, -1), []);
});

test("an agent that has looked only once tells of what is as young as a look", () => {
  const at = (age: number) =>
    told(podUsages(aLook(ages, aPoint(ages, 3, { startedAt: (ages - age) * 1_000 })), undefined));
  assert.deepEqual([at(9), at(12), at(16)], [[], ["web 12000: main 250"], []]);
});

test("a pod is absent until all of its containers can be told", () => {
  const sister = (second: number, over: Partial<Point> = {}) =>
    aPoint(ages + second, 1, { key: "u/sister/0", container: "sister", ...over });
  const main = (second: number) => aPoint(ages + second, second);
  const before = aLook(ages, main(0));
  assert.deepEqual(told(podUsages(aLook(ages + 15, main(15), sister(15)), before)), []);
  const both = aLook(ages, main(0), sister(0));
  assert.deepEqual(told(podUsages(aLook(ages + 15, main(15), sister(15)), both)), [
    "web 15000: main 1000 sister 0",
  ]);
  assert.deepEqual(told(podUsages(aLook(ages + 15, main(15), sister(15, { used: undefined })), both)), []);
  // One that has ended is none of its containers any more.
  assert.deepEqual(told(podUsages(aLook(ages + 15, main(15)), both)), ["web 15000: main 1000"]);
});

test("a restart begins anew, and time that falls tells nothing", () => {
  const before = aLook(ages, aPoint(ages, 500));
  const again = aPoint(ages + 15, 1, { key: "u/main/1", startedAt: (ages + 5) * 1_000 });
  assert.deepEqual(told(podUsages(aLook(ages + 15, again), before)), ["web 10000: main 100"]);
  assert.deepEqual(told(podUsages(aLook(ages + 15, aPoint(ages + 15, 499)), before)), []);
});

test("a board uses its part of the machine, and at least what its pods use", () => {
  const vitals: HostVitals = {
    cpuUsed: 0.5,
    memoryAvailableBytes: 600,
    diskAvailableBytes: 0,
    load1: 0,
    uptimeSeconds: 0,
    networkReceivedBytes: 0,
    networkSentBytes: 0,
  };
  const capacity: HostCapacity = { cpuMillis: 1_000, memoryBytes: 1_000, diskBytes: 0, podsMax: 110 };
  const fares = { vitals, capacity, at: 7 };
  assert.deepEqual(nodeUsage(fares, []), {
    at: 7,
    windowMs: usageLimits.nodeWindowMs,
    cpuNanocores: 500_000_000,
    memoryBytes: 400,
  });
  const pods = podUsages(aLook(ages + 10, aPoint(ages + 10, 19)), aLook(ages, aPoint(ages, 10)));
  const { cpuNanocores, memoryBytes } = nodeUsage(fares, pods);
  assert.deepEqual([cpuNanocores, memoryBytes], [900_000_000, 4_096]);
});

async function ask(board: TestBoard): Promise<UsageReport> {
  const channels = channelsOn(board.network.connect("a server"), { clock: board.clock });
  const opening = channels.open({
    subject: subjectOf("usage", "board-1"),
    prefix: subjectOf("channel", "board-1"),
    opening: new Uint8Array(),
    timeoutMs: 1_000,
  });
  await board.clock.advance(1);
  const channel = await opening;
  const text = await bytesOf(channel.incoming);
  await channel.end();
  return JSON.parse(text.toString()) as UsageReport;
}

test("an agent tells what its board and its pods use, as long as they run", async () => {
  const uses = { cpuMillis: 250, memoryBytes: 12_345 };
  const board = aBoard({ "sleep 1000": { uses } });
  const agent = await board.startAgent();
  board.api.put(podPath, aPod());
  await board.settle();
  const { uid } = (board.api.get(podPath) as Pod).metadata;
  const first = await ask(board);
  assert.deepEqual(first.pods, []);
  const gigabyte = 1024 ** 3;
  assert.deepEqual([first.node?.cpuNanocores, first.node?.memoryBytes], [400_000_000, gigabyte]);

  await board.clock.advance(2 * usageLimits.lookMs);
  const { pods } = await ask(board);
  assert.deepEqual(
    pods.map(({ at, ...pod }) => ({ ...pod, isRecent: board.clock.now() - at <= usageLimits.lookMs })),
    [
      {
        namespace: "default",
        name: "web",
        uid,
        windowMs: usageLimits.lookMs,
        containers: [{ name: "main", cpuNanocores: 250_000_000, memoryBytes: 12_345 }],
        isRecent: true,
      },
    ],
  );

  board.memory.fail("usage", new Error("the kernel is tired"), 1);
  await board.clock.advance(usageLimits.lookMs);
  assert.deepEqual((await ask(board)).pods, []);

  await agent.stop();
  const asked = () => board.memory.calls().filter((call) => call.startsWith("usage")).length;
  const until = asked();
  await board.clock.advance(2 * usageLimits.lookMs);
  assert.equal(asked(), until);
});

test("a board without containers asks its runtime nothing", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  await board.clock.advance(3 * usageLimits.lookMs);
  assert.ok(!board.memory.calls().some((call) => call.startsWith("usage")));
  await agent.stop();
});
