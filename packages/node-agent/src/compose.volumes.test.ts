/** What an agent does with its pods' volumes: before they start, while they run, when the API is away, at their end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeAnnotation } from "@kubus/shared/api/node.ts";
import type { Event } from "@kubus/shared/api/core.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { aBoard, aPod, giveAddresses, nodePath, podPath, type TestBoard } from "./testing/world.ts";

const configPath = "/api/v1/namespaces/default/configmaps/conf";
const aConfig = (text: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "conf", namespace: "default" },
  data: { key: text },
});
const tokenPath = "POST /api/v1/namespaces/default/serviceaccounts/default/token";
const projected = {
  sources: [
    { serviceAccountToken: { path: "token", expirationSeconds: 3_600 } },
    { configMap: { name: "conf" } },
    { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
  ],
};
const withVolume = (volume: object = { projected }) =>
  aPod(
    { serviceAccountName: "default", volumes: [{ name: "v", ...volume }] },
    { volumeMounts: [{ name: "v", mountPath: "/v" }] },
  );

async function aBoardWithConfig() {
  const board = aBoard();
  const agent = await board.startAgent();
  giveAddresses(board);
  board.api.put(configPath, aConfig("one"));
  return { board, agent };
}

const uidOf = ({ api }: TestBoard) => api.get(podPath)?.metadata.uid ?? "";
/** By path, without the pod and the volume. */
const shown = (board: TestBoard) =>
  Object.fromEntries(
    Object.entries(board.volumes.shown()).map(([path, text]) => [path.split("/").slice(2).join("/"), text]),
  );
const waiting = ({ api }: TestBoard) =>
  (api.get(podPath) as Pod | undefined)?.status?.containerStatuses?.[0]?.state.waiting;
const mountEvents = ({ api }: TestBoard) =>
  (api.all("/events/") as readonly Event[])
    .filter(({ reason }) => reason === "FailedMount")
    .map(({ message }) => message);
const tokensAsked = ({ api }: TestBoard) => api.writes.filter((write) => write === tokenPath).length;

test("a pod starts when its volumes are there, and they go with it", async () => {
  const { board, agent } = await aBoardWithConfig();
  assert.equal(board.api.get(nodePath)?.metadata.annotations?.[nodeAnnotation.projectedVolumes], "true");
  board.api.put(podPath, withVolume());
  await board.settle();
  assert.deepEqual(await board.running(), ["main/0"]);
  assert.deepEqual(shown(board), { token: "token 1 web", key: "one", labels: 'app="web"' });
  assert.deepEqual(board.started[0]?.mounts, [
    { hostPath: `/volumes/${uidOf(board)}/v`, containerPath: "/v", readOnly: true },
  ]);
  board.api.deletePod(podPath, 1);
  await board.clock.advance(2_000);
  assert.equal(board.api.get(podPath), undefined);
  assert.deepEqual(board.volumes.shown(), {});
  await agent.stop();
});

test("files follow what they show, and the token is renewed before it ends", async () => {
  const { board, agent } = await aBoardWithConfig();
  board.api.put(podPath, withVolume());
  await board.settle();
  board.api.put(configPath, aConfig("two"));
  await board.settle();
  assert.deepEqual(shown(board), { token: "token 1 web", key: "two", labels: 'app="web"' });
  const pod = board.api.get(podPath) as Pod;
  board.api.put(podPath, { ...pod, metadata: { ...pod.metadata, labels: { app: "new" } } });
  await board.settle();
  assert.equal(shown(board)["labels"], 'app="new"');
  assert.equal(tokensAsked(board), 1);
  await board.clock.advance(2_879_000);
  assert.equal(shown(board)["token"], "token 1 web");
  await board.clock.advance(1_000);
  assert.equal(shown(board)["token"], "token 2 web");
  await board.clock.advance(2_880_000);
  assert.equal(shown(board)["token"], "token 3 web");
  await agent.stop();
});

test("a token that cannot be renewed is tried again, and at once when the API returns", async () => {
  const { board, agent } = await aBoardWithConfig();
  board.api.put(podPath, withVolume());
  await board.settle();
  board.network.cut("board-1", "noticed");
  await board.clock.advance(2_900_000);
  assert.equal(shown(board)["token"], "token 1 web");
  board.network.heal("board-1");
  await board.clock.advance(5_000);
  assert.equal(shown(board)["token"], "token 2 web");
  await agent.stop();
});

test("a pod waits for what it mounts and says so as kubelet does", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  giveAddresses(board);
  board.api.put(podPath, withVolume({ configMap: { name: "conf" } }));
  await board.settle();
  const message = 'MountVolume.SetUp failed for volume "v" : configmap "conf" not found';
  assert.deepEqual(waiting(board), { reason: "ContainerCreating", message });
  assert.deepEqual(mountEvents(board), [message]);
  await board.clock.advance(30_000);
  assert.deepEqual(await board.running(), []);
  board.api.put(configPath, aConfig("late"));
  await board.settle();
  assert.deepEqual(await board.running(), ["main/0"]);
  assert.deepEqual(shown(board), { key: "late" });
  await agent.stop();
});

test("an agent that is restarted finds the volumes, also without an API", async () => {
  const { board, agent } = await aBoardWithConfig();
  board.api.put(podPath, withVolume());
  await board.settle();
  await agent.stop();
  board.network.cut("server", "noticed");
  const next = await board.startAgent();
  await board.exit("main", 3);
  await board.clock.advance(1_000);
  assert.deepEqual(await board.running(), ["main/1"]);
  board.network.heal("server");
  await board.clock.advance(60_000);
  assert.equal(shown(board)["token"], "token 2 web");
  assert.equal(board.api.get(podPath)?.metadata.uid, uidOf(board));
  await next.stop();
});

test("after a power loss without an API a pod waits for its token, and starts when there is one", async () => {
  const { board, agent } = await aBoardWithConfig();
  board.api.put(podPath, withVolume());
  await board.settle();
  await agent.stop();
  board.memory.cutPower();
  await board.volumes.remove(uidOf(board));
  board.network.cut("server", "noticed");
  const next = await board.startAgent();
  await board.clock.advance(20_000);
  assert.deepEqual(await board.running(), []);
  const view = next.board.find(uidOf(board))?.view();
  assert.equal(view?.problem?.reason, "SecretNotCached");
  board.network.heal("server");
  await board.clock.advance(30_000);
  assert.deepEqual(await board.running(), ["main/1"]);
  await next.stop();
});

test("what nobody knows of is swept", async () => {
  const board = aBoard();
  await board.volumes.put({ podUid: "lost", volume: "v" }, [
    { path: "a", data: new Uint8Array(), mode: 0o644 },
  ]);
  const agent = await board.startAgent();
  await board.settle();
  assert.deepEqual(board.volumes.shown(), {});
  await agent.stop();
});

test("a board that cannot mount says so, and refuses pods with volumes", async () => {
  const board = aBoard();
  const agent = await board.startAgent({ canMount: false });
  giveAddresses(board);
  assert.equal(board.api.get(nodePath)?.metadata.annotations?.[nodeAnnotation.projectedVolumes], "false");
  board.api.put(podPath, withVolume());
  await board.settle();
  assert.equal(waiting(board)?.reason, "NotSupported");
  assert.match(waiting(board)?.message ?? "", /cannot mount volumes: "v"/);
  await agent.stop();
});

const claimPath = "/api/v1/namespaces/default/persistentvolumeclaims/data";
const volumePath = "/api/v1/persistentvolumes/pv";
const aClaim = (phase: string) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data", namespace: "default", uid: "uid-data" },
  spec: { volumeName: "pv" },
  status: { phase },
});
const dataFolder = "/state/persistent-volumes/pvc-1_default_data";
const aVolume = () => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "pv", annotations: { "pv.kubernetes.io/provisioned-by": "kubus.io/local-path" } },
  spec: { claimRef: { uid: "uid-data" }, local: { path: dataFolder } },
});
const withClaim = (more: object = {}) =>
  withVolume({ persistentVolumeClaim: { claimName: "data", ...more } });

test("a pod waits for its claim to be bound, then mounts its volume", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  giveAddresses(board);
  const stated = board.api.get(nodePath)?.metadata.annotations;
  assert.equal(stated?.[nodeAnnotation.volumesFolder], dataFolder.slice(0, dataFolder.lastIndexOf("/")));
  board.api.put(podPath, withClaim({ readOnly: true }));
  await board.settle();
  const set = 'MountVolume.SetUp failed for volume "v" : ';
  assert.deepEqual(mountEvents(board), [`${set}persistentvolumeclaim "data" not found`]);
  board.api.put(claimPath, aClaim("Pending"));
  await board.clock.advance(60_000);
  assert.match(mountEvents(board).at(-1) ?? "", /error processing PVC default\/data: PVC is not bound/);
  board.api.put(claimPath, aClaim("Bound"));
  board.api.put(volumePath, aVolume());
  await board.clock.advance(60_000);
  assert.deepEqual(await board.running(), ["main/0"]);
  assert.deepEqual(Object.values(board.volumes.linked()), [{ path: dataFolder, type: "volume" }]);
  assert.deepEqual(board.started[0]?.mounts, [{ hostPath: dataFolder, containerPath: "/v", readOnly: true }]);
  await agent.stop();
});

test("a pod keeps its volume when the agent starts again, whatever became of the claim", async () => {
  const board = aBoard();
  const agent = await board.startAgent();
  giveAddresses(board);
  board.api.put(claimPath, aClaim("Bound"));
  board.api.put(volumePath, aVolume());
  board.api.put(podPath, withClaim());
  await board.settle();
  await agent.stop();
  board.api.remove(claimPath);
  const next = await board.startAgent();
  await board.clock.advance(1_000);
  assert.deepEqual(await board.running(), ["main/0"]);
  assert.deepEqual(mountEvents(board), []);
  await next.stop();
});
