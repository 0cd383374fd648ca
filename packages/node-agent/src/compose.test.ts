import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "@kubus/shared/api/core.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { aBoard, aPod, giveAddresses, nodePath, podPath, type TestBoard } from "./testing/world.ts";

const pod = (board: TestBoard) => board.api.get(podPath) as Pod | undefined;
const status = (board: TestBoard) => pod(board)?.status ?? {};
const main = (board: TestBoard) => status(board).containerStatuses?.[0];
const state = (board: TestBoard) => main(board)?.state;
const condition = (board: TestBoard, wanted: string) =>
  status(board).conditions?.find(({ type }) => type === wanted)?.status;
const reasons = (board: TestBoard) => (board.api.all("/events/") as Event[]).map(({ reason }) => reason);

async function aRunningPod() {
  const board = aBoard();
  const agent = await board.startAgent();
  giveAddresses(board);
  board.api.put(podPath, aPod());
  await board.settle();
  return { board, agent };
}

test("registers the board with what it has and is ready once it can hold pods", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  const node = board.api.get(nodePath) as Node | undefined;
  assert.equal(node?.metadata.labels?.["kubernetes.io/arch"], "arm64");
  assert.equal(node.metadata.labels["kubus.io/model"], "Raspberry-Pi-4-Model-B-Rev-1.4");
  assert.equal(node.status?.nodeInfo?.kubeletVersion, "v1.33.0+kubus.0.1.0");
  assert.equal(node.status.capacity?.cpu, "4");
  assert.equal(node.status.allocatable?.cpu, "3900m");
  assert.ok(!node.status.conditions?.some(({ type }) => type === "Ready"));
  assert.equal(board.told.length, 0);
  giveAddresses(board);
  await board.settle();
  assert.deepEqual(board.told, ["prepare 10.1.0.0/24", "peers ", "ready true"]);
  await agent.stop();
  assert.equal(board.told.at(-1), "goodbye");
});

test("runs a pod and tells its whole status", async () => {
  const { board, agent } = await aRunningPod();
  assert.deepEqual(await board.running(), ["main/0"]);
  assert.equal(status(board).phase, "Running");
  assert.equal(status(board).podIP, "10.244.0.2");
  assert.equal(status(board).hostIP, "192.168.0.11");
  assert.ok(state(board)?.running?.startedAt);
  for (const type of [
    "PodScheduled",
    "Initialized",
    "ContainersReady",
    "Ready",
    "PodReadyToStartContainers",
  ]) {
    assert.equal(condition(board, type), "True", type);
  }
  assert.match(main(board)?.containerID ?? "", /^memory:\/\/uid-\d+\/main\/0$/);
  assert.deepEqual(reasons(board), ["Pulled", "Created", "Started"]);
  await agent.stop();
  assert.deepEqual(await board.running(), ["main/0"]);
});

test("writes nothing while nothing changes", async () => {
  const { board, agent } = await aRunningPod();
  await board.clock.advance(60_000);
  const before = board.api.writes.length;
  await board.clock.advance(200_000);
  assert.deepEqual(board.api.writes.slice(before), []);
  await agent.stop();
});

test("a restarted agent adopts its pods and writes nothing about them", async () => {
  const { board, agent } = await aRunningPod();
  await agent.stop();
  const before = board.api.writes.length;
  const calls = board.memory.calls().length;
  const next = await board.startAgent();
  await board.clock.advance(5_000);
  assert.deepEqual(board.api.writes.slice(before), []);
  assert.ok(
    !board.memory
      .calls()
      .slice(calls)
      .some((call) => /^(start|stop|remove)/.test(call)),
  );
  assert.equal(state(board)?.running === undefined, false);
  await next.stop();
});

test("keeps pods running and restarts them while no server answers, then tells", async () => {
  const { board, agent } = await aRunningPod();
  await agent.stop();
  board.network.cut("server", "noticed");
  const next = await board.startAgent();
  await board.exit("main", 3);
  await board.clock.advance(1_000);
  assert.deepEqual(await board.running(), ["main/1"]);
  board.network.heal("server");
  await board.clock.advance(30_000);
  assert.equal(main(board)?.restartCount, 1);
  assert.equal(main(board)?.lastState.terminated?.exitCode, 3);
  await next.stop();
});

test("an unread list ends no pod, a list without it does", async () => {
  const { board, agent } = await aRunningPod();
  await agent.stop();
  board.network.cut("server", "noticed");
  const next = await board.startAgent();
  board.api.remove(podPath);
  await board.clock.advance(600_000);
  assert.deepEqual(await board.running(), ["main/0"]);
  board.network.heal("server");
  await board.clock.advance(30_000);
  assert.deepEqual(await board.running(), []);
  assert.deepEqual(await board.sandboxes(), []);
  assert.equal(board.recorded.size, 0);
  await next.stop();
});

test("deletes a pod with its grace period and confirms when nothing is left", async () => {
  const board = aBoard({ "sleep 1000": { onTerm: "ignores" } });
  const agent = await board.startAgent();
  board.api.put(podPath, aPod());
  await board.settle();
  board.api.deletePod(podPath, 17);
  await board.clock.advance(16_900);
  assert.deepEqual(await board.running(), ["main/0"]);
  assert.ok(pod(board));
  await board.clock.advance(200);
  assert.deepEqual(await board.sandboxes(), []);
  assert.equal(pod(board), undefined);
  assert.equal(board.recorded.size, 0);
  assert.ok(reasons(board).includes("Killing"));
  await agent.stop();
});

test("ends a pod that was deleted while the agent was away", async () => {
  const { board, agent } = await aRunningPod();
  await agent.stop();
  board.api.deletePod(podPath, 5);
  const next = await board.startAgent();
  await board.settle();
  assert.equal(pod(board), undefined);
  assert.deepEqual(await board.running(), []);
  assert.deepEqual(await board.sandboxes(), []);
  await next.stop();
});

test("a successor of the same name waits until the former pod is gone", async () => {
  const { board, agent } = await aRunningPod();
  board.memory.fail("stopContainer", new Error("stuck"), 1);
  board.api.remove(podPath);
  board.api.put(podPath, aPod());
  await board.settle();
  assert.deepEqual(await board.running(), ["main/0"]);
  assert.equal((await board.sandboxes()).length, 1);
  await board.clock.advance(1_000);
  assert.equal(status(board).phase, "Running");
  assert.equal((await board.sandboxes()).length, 1);
  assert.deepEqual(await board.sandboxes(), [pod(board)?.metadata.uid]);
  await agent.stop();
});

test("shows a crash loop with its pauses and counts restarts", async () => {
  const { board, agent } = await aRunningPod();
  const crash = async () => {
    await board.clock.advance(1_000);
    await board.exit("main", 1);
    await board.settle();
  };
  await crash();
  assert.deepEqual(await board.running(), ["main/1"]);
  await crash();
  assert.equal(state(board)?.waiting?.reason, "CrashLoopBackOff");
  assert.equal(status(board).phase, "Running");
  assert.equal(condition(board, "Ready"), "False");
  assert.equal(main(board)?.lastState.terminated?.exitCode, 1);
  await board.clock.advance(9_900);
  assert.deepEqual(await board.running(), []);
  await board.clock.advance(200);
  assert.deepEqual(await board.running(), ["main/2"]);
  await board.clock.advance(700_000);
  await crash();
  assert.deepEqual(await board.running(), ["main/3"]);
  assert.equal(main(board)?.restartCount, 3);
  assert.ok(reasons(board).includes("BackOff"));
  await agent.stop();
});

test("a pod that runs once succeeds or fails, and its sandbox goes", async () => {
  for (const [exitCode, phase] of [
    [0, "Succeeded"],
    [4, "Failed"],
  ] as const) {
    const board = aBoard();
    const agent = await board.startAgent();
    giveAddresses(board);
    board.api.put(podPath, aPod({ restartPolicy: "Never" }));
    await board.settle();
    await board.exit("main", exitCode);
    await board.settle();
    assert.equal(status(board).phase, phase);
    assert.equal(state(board)?.terminated?.exitCode, exitCode);
    assert.deepEqual(await board.sandboxes(), []);
    await agent.stop();
    const writes = board.api.writes.length;
    const next = await board.startAgent();
    await board.clock.advance(5_000);
    assert.equal(status(board).phase, phase);
    assert.deepEqual(await board.running(), []);
    assert.deepEqual(board.api.writes.slice(writes), []);
    await next.stop();
  }
});

test("runs init containers one after the other, and a sidecar beside", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  const initContainers = [
    { name: "first", image: "host/true" },
    { name: "proxy", image: "host/sleep", restartPolicy: "Always" as const },
    { name: "second", image: "host/true" },
  ];
  board.api.put(podPath, aPod({ initContainers, restartPolicy: "Never" }));
  await board.settle();
  assert.deepEqual(await board.running(), ["first/0"]);
  assert.equal(condition(board, "Initialized"), "False");
  assert.equal(state(board)?.waiting?.reason, "PodInitializing");
  await board.exit("first", 0);
  await board.settle();
  assert.deepEqual(await board.running(), ["proxy/0", "second/0"]);
  await board.exit("second", 0);
  await board.settle();
  assert.deepEqual(await board.running(), ["proxy/0", "main/0"]);
  assert.equal(condition(board, "Initialized"), "True");
  assert.equal(condition(board, "Ready"), "True");
  await board.exit("main", 0);
  await board.settle();
  assert.deepEqual(await board.running(), []);
  assert.equal(status(board).phase, "Succeeded");
  assert.equal(condition(board, "Initialized"), "True");
  await agent.stop();
});

test("a failed init container of a pod that never restarts fails the pod", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  board.api.put(
    podPath,
    aPod({ initContainers: [{ name: "first", image: "host/false" }], restartPolicy: "Never" }),
  );
  await board.settle();
  await board.exit("first", 9);
  await board.settle();
  assert.equal(status(board).phase, "Failed");
  assert.ok(!board.started.some(({ name }) => name === "main"));
  await agent.stop();
});

test("an image that cannot be had shows why, waits, and is tried again", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  board.api.put(podPath, aPod({}, { image: "nginx" }));
  await board.settle();
  assert.deepEqual(state(board)?.waiting, {
    reason: "ErrImagePull",
    message: "nginx: only host/<program> images are supported by this version",
  });
  await board.clock.advance(3_000);
  assert.equal(state(board)?.waiting?.reason, "ImagePullBackOff");
  assert.equal(status(board).phase, "Pending");
  const tries = () => board.memory.calls().filter((call) => call.startsWith("ensureImage")).length;
  assert.equal(tries(), 1);
  await board.clock.advance(8_000);
  assert.equal(tries(), 2);
  await agent.stop();
});

test("a pod that asks for what is not there yet waits with the reason", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  board.api.put(podPath, aPod({ volumes: [{ name: "data", nfs: { server: "a", path: "/" } }] }));
  await board.settle();
  assert.equal(status(board).phase, "Pending");
  assert.equal(status(board).reason, "NotSupported");
  assert.match(state(board)?.waiting?.message ?? "", /Volumes of this type are not supported yet: "data"/);
  assert.deepEqual(reasons(board), ["NotSupported"]);
  board.api.deletePod(podPath, 30);
  await board.settle();
  assert.equal(pod(board), undefined);
  await agent.stop();
});

test("after a power loss the same pods start again, with the restart counted", async () => {
  const { board, agent } = await aRunningPod();
  await agent.stop();
  board.memory.cutPower();
  board.network.cut("server", "noticed");
  const next = await board.startAgent();
  await board.clock.advance(1_000);
  assert.deepEqual(await board.running(), ["main/1"]);
  board.network.heal("server");
  await board.clock.advance(10_000);
  assert.equal(main(board)?.restartCount, 1);
  assert.equal(main(board)?.lastState.terminated?.reason, "ContainerStatusUnknown");
  await next.stop();
});

test("gives containers their environment out of config maps, secrets and the pod itself", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  const env = [
    { name: "WHO", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
    { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
    { name: "KEY", valueFrom: { secretKeyRef: { name: "keys", key: "k" } } },
    { name: "ALL", value: "$(WHO) at $(IP) $$(no) $(unknown)" },
  ];
  board.api.put(podPath, aPod({}, { env, envFrom: [{ prefix: "C_", configMapRef: { name: "colours" } }] }));
  await board.settle();
  assert.equal(state(board)?.waiting?.reason, "CreateContainerConfigError");
  board.api.put("/api/v1/namespaces/default/configmaps/colours", {
    metadata: { name: "colours" },
    data: { a: "red" },
  });
  board.api.put("/api/v1/namespaces/default/secrets/keys", {
    metadata: { name: "keys" },
    data: { k: Buffer.from("s3cret").toString("base64") },
  });
  await board.clock.advance(2_000);
  const spec = board.started.at(-1);
  assert.deepEqual(
    spec?.env.map(({ name, value }) => `${name}=${value}`),
    ["C_a=red", "WHO=web", "IP=10.244.0.2", "KEY=s3cret", "ALL=web at 10.244.0.2 $(no) $(unknown)"],
  );
  assert.ok(
    !JSON.stringify([...board.recorded.values()]).includes("s3cret"),
    "INVARIANT: a secret is never written",
  );
  await agent.stop();
});

test("lists again when a watch has expired, and misses nothing", async () => {
  const { board, agent } = await aRunningPod();
  board.api.expireWatches();
  board.api.deletePod(podPath, 1);
  await board.clock.advance(2_000);
  assert.equal(pod(board), undefined);
  await agent.stop();
});

test("corrects a status that somebody else wrote", async () => {
  const { board, agent } = await aRunningPod();
  const known = pod(board);
  assert.ok(known);
  const conditions = status(board).conditions?.map((one) =>
    one.type === "Ready" ? { ...one, status: "False" } : one,
  );
  board.api.put(podPath, { ...known, status: { ...known.status, conditions } });
  await board.settle();
  assert.equal(condition(board, "Ready"), "True");
  await agent.stop();
});

test("leaves what others say about the node as it is", async () => {
  const { board, agent } = await aRunningPod();
  const node = board.api.get(nodePath) as Node;
  const ready = { type: "Ready", status: "True" as const, reason: "AgentReady" };
  const conditions = [...(node.status?.conditions ?? []), ready];
  const nodeInfo = { ...node.status?.nodeInfo, kernelVersion: "5.0" };
  board.api.put(nodePath, { ...node, status: { ...node.status, conditions, nodeInfo } });
  await board.clock.advance(1_000);
  const after = board.api.get(nodePath) as Node;
  assert.equal(after.status?.nodeInfo?.kernelVersion, "6.12");
  assert.deepEqual(
    after.status.conditions?.find(({ type }) => type === "Ready"),
    ready,
  );
  await agent.stop();
});

test("a board whose Node was deleted registers again", async () => {
  const { board, agent } = await aRunningPod();
  board.api.remove(nodePath);
  await board.clock.advance(1_000);
  assert.ok(board.api.get(nodePath));
  await agent.stop();
});

test("asks probes in their order: startup, then readiness and liveness", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  for (const what of ["80/started", "80/ready"]) board.unhealthy.add(what);
  const probe = (path: string) => ({ httpGet: { port: "web", path }, periodSeconds: 1 });
  const probes = {
    ports: [{ name: "web", containerPort: 80 }],
    startupProbe: { ...probe("/started"), failureThreshold: 30 },
    readinessProbe: probe("/ready"),
    livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 },
  };
  board.api.put(podPath, aPod({}, probes));
  await board.clock.advance(5_500);
  assert.equal(main(board)?.started, false);
  assert.equal(condition(board, "Ready"), "False");
  board.unhealthy.delete("80/started");
  await board.clock.advance(1_000);
  assert.equal(main(board)?.started, true);
  assert.equal(condition(board, "Ready"), "False");
  board.unhealthy.delete("80/ready");
  await board.clock.advance(1_000);
  assert.equal(condition(board, "Ready"), "True");
  board.unhealthy.add("80/ready");
  await board.clock.advance(2_000);
  assert.equal(condition(board, "Ready"), "True");
  await board.clock.advance(2_000);
  assert.equal(condition(board, "Ready"), "False");
  assert.deepEqual(await board.running(), ["main/0"]);
  board.unhealthy.add("80");
  await board.clock.advance(4_000);
  assert.deepEqual(await board.running(), ["main/1"]);
  assert.ok(reasons(board).includes("Unhealthy"));
  await agent.stop();
});

test("a restarted agent believes that a ready pod is ready until its probe says otherwise", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  const readinessProbe = { tcpSocket: { port: 80 }, periodSeconds: 1, initialDelaySeconds: 3 };
  board.api.put(podPath, aPod({}, { readinessProbe }));
  await board.clock.advance(2_000);
  assert.equal(condition(board, "Ready"), "False");
  await board.clock.advance(2_000);
  assert.equal(condition(board, "Ready"), "True");
  await agent.stop();
  const writes = board.api.writes.length;
  const next = await board.startAgent();
  await board.clock.advance(2_000);
  assert.deepEqual(board.api.writes.slice(writes), []);
  assert.equal(condition(board, "Ready"), "True");
  board.unhealthy.add("80");
  await board.clock.advance(6_000);
  assert.equal(condition(board, "Ready"), "False");
  await next.stop();
});

test("a probe by command fails with its exit code and its words", async () => {
  const board = aBoard({ "check well": { endsAfterMs: 0, exitCode: 3, stderr: "not well" } });
  const agent = await board.startAgent();
  const readinessProbe = { exec: { command: ["check", "well"] }, periodSeconds: 1 };
  board.api.put(podPath, aPod({}, { readinessProbe }));
  await board.clock.advance(2_000);
  assert.equal(condition(board, "Ready"), "False");
  const told = (board.api.all("/events/") as Event[]).find(({ reason }) => reason === "Unhealthy");
  assert.equal(told?.message, "Readiness probe failed: command exited with 3: not well");
  await agent.stop();
});
