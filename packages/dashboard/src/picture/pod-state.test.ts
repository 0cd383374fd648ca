import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerState, Pod, PodStatus } from "@kubus/shared/api/pod.ts";
import { podState } from "./pod-state.ts";
import { bytesText, parseQuantity, spanText } from "./quantity.ts";

const container = (state: ContainerState, restartCount = 0) => ({
  name: "main",
  image: "host/sh",
  imageID: "",
  ready: state.running !== undefined,
  restartCount,
  state,
  lastState: {},
});

const pod = (status: PodStatus, metadata: object = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", uid: "1", resourceVersion: "1", creationTimestamp: "", ...metadata },
  spec: { containers: [], nodeName: "board-1" },
  status,
});

const ready = { type: "Ready", status: "True" } as const;

test("says of a pod what kubectl says, in the tone of its meaning", () => {
  const shown = (...given: Parameters<typeof pod>) => {
    const { word, tone, restarts } = podState(pod(...given));
    return `${word} ${tone}${restarts > 0 ? ` ${restarts}` : ""}`;
  };
  const running = container({ running: {} }, 2);
  assert.equal(
    shown({ phase: "Running", conditions: [ready], containerStatuses: [running] }),
    "Running good 2",
  );
  assert.equal(shown({ phase: "Running", containerStatuses: [running] }), "Running busy 2");
  assert.equal(shown({ phase: "Pending" }), "ContainerCreating busy");
  assert.equal(podState({ ...pod({ phase: "Pending" }), spec: { containers: [] } }).word, "Pending");
  const crashing = container({ waiting: { reason: "CrashLoopBackOff" } }, 7);
  assert.equal(shown({ phase: "Running", containerStatuses: [crashing] }), "CrashLoopBackOff bad 7");
  const failed = container({ terminated: { exitCode: 1, reason: "Error" } });
  assert.equal(shown({ phase: "Running", containerStatuses: [failed] }), "Error bad");
  assert.equal(shown({ phase: "Failed", reason: "Evicted" }), "Evicted bad");
  assert.equal(shown({ phase: "Succeeded" }), "Completed done");
  assert.equal(
    shown({ phase: "Running" }, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    "Terminating leaving",
  );
});

test("reads quantities and writes them for people", () => {
  assert.deepEqual(["500m", "4", "3884Mi", "1.5Gi", "2k", "", "4 Gi", "x"].map(parseQuantity), [
    0.5,
    4,
    3_884 * 2 ** 20,
    1.5 * 2 ** 30,
    2_000,
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual([0, 512, 3_884 * 2 ** 20, 64 * 2 ** 30].map(bytesText), [
    "0 B",
    "512 B",
    "3.8 GiB",
    "64 GiB",
  ]);
  assert.deepEqual([0, 119_400, 3_600_000, 86_400_000 * 3].map(spanText), ["0 s", "119 s", "60 min", "3 d"]);
});
