import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerState, Pod, PodStatus } from "@kubus/shared/api/pod.ts";
import { aContainerStatus, aPod, container, metadata } from "../../testing/objects.ts";
import { lastRestartText, podSummary } from "./summary.ts";

const now = Date.parse("2026-01-01T01:00:00Z");
const running: ContainerState = { running: { startedAt: "2026-01-01T00:00:00Z" } };
const ended = (exitCode: number, reason?: string): ContainerState => ({
  terminated: { exitCode, ...(reason === undefined ? {} : { reason }), finishedAt: "2026-01-01T00:55:00Z" },
});

const line = (status: PodStatus, spec: object = {}, pod: Partial<Pod> = {}): string => {
  const summary = podSummary({ ...aPod(spec, status), ...pod });
  return `${summary.ready} ${summary.status} ${lastRestartText(summary, now)}`;
};

const init = {
  initContainers: [
    { ...container, name: "first" },
    { ...container, name: "second" },
  ],
};
const sidecar = { initContainers: [{ ...container, name: "side", restartPolicy: "Always" }] };

test("tells the phase when there is nothing better to tell", () => {
  assert.equal(line({ phase: "Pending" }), "0/1 Pending 0");
  assert.equal(line({ phase: "Failed", reason: "Evicted" }), "0/1 Evicted 0");
});

test("tells a container's trouble", () => {
  const waiting = { waiting: { reason: "CrashLoopBackOff" } };
  const status = aContainerStatus("main", { state: waiting, restartCount: 3, lastState: ended(1) });
  assert.equal(line({ phase: "Running", containerStatuses: [status] }), "0/1 CrashLoopBackOff 3 (5m ago)");
  const died = aContainerStatus("main", { state: ended(137) });
  assert.equal(line({ phase: "Failed", containerStatuses: [died] }), "0/1 ExitCode:137 0");
  const killed = aContainerStatus("main", { state: { terminated: { exitCode: 137, signal: 9 } } });
  assert.equal(line({ phase: "Failed", containerStatuses: [killed] }), "0/1 Signal:9 0");
});

test("counts ready containers", () => {
  const ready = aContainerStatus("main", { ready: true, state: running });
  assert.equal(line({ phase: "Running", containerStatuses: [ready] }), "1/1 Running 0");
});

test("is not completed while another container runs", () => {
  const done = aContainerStatus("main", { state: ended(0, "Completed") });
  const ready = aContainerStatus("other", { ready: true, state: running });
  const two = { containers: [container, { ...container, name: "other" }] };
  const statuses = { phase: "Running", containerStatuses: [done, ready] } as const;
  assert.equal(line(statuses, two), "1/2 NotReady 0");
  assert.equal(line({ ...statuses, conditions: [{ type: "Ready", status: "True" }] }, two), "1/2 Running 0");
  assert.equal(line({ phase: "Succeeded", containerStatuses: [done] }), "0/1 Completed 0");
});

test("tells how far initialisation has come", () => {
  const firstDone = aContainerStatus("first", { state: ended(0) });
  const secondRuns = aContainerStatus("second", { state: running });
  assert.equal(
    line({ phase: "Pending", initContainerStatuses: [firstDone, secondRuns] }, init),
    "0/1 Init:1/2 0",
  );
  const failed = aContainerStatus("first", { state: ended(1, "Error"), restartCount: 2 });
  assert.equal(line({ phase: "Pending", initContainerStatuses: [failed] }, init), "0/1 Init:Error 2");
  const pulling = aContainerStatus("first", { state: { waiting: { reason: "ImagePullBackOff" } } });
  assert.equal(
    line({ phase: "Pending", initContainerStatuses: [pulling] }, init),
    "0/1 Init:ImagePullBackOff 0",
  );
});

test("counts sidecars among the containers", () => {
  const side = aContainerStatus("side", { ready: true, started: true, state: running });
  const main = aContainerStatus("main", { ready: true, state: running });
  assert.equal(
    line({ phase: "Running", initContainerStatuses: [side], containerStatuses: [main] }, sidecar),
    "2/2 Running 0",
  );
});

test("tells that it is going", () => {
  const going = { metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:59:00Z" } };
  assert.equal(line({ phase: "Running" }, {}, going), "0/1 Terminating 0");
  assert.equal(line({ phase: "Running", reason: "NodeLost" }, {}, going), "0/1 Unknown 0");
  assert.equal(line({ phase: "Succeeded" }, {}, going), "0/1 Succeeded 0");
});

test("reads a status that somebody wrote by hand", () => {
  const bare = { phase: "Running", containerStatuses: [{ name: "main" }] } as unknown as PodStatus;
  assert.equal(line(bare), "0/1 Running 0");
});
