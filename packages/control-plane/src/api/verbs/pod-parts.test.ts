import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { aPod, anApi, type Answer, type World } from "../testing/world.ts";

const pods = "/api/v1/namespaces/default/pods";
const strategic = "application/strategic-merge-patch+json";
const causesOf = ({ json }: Answer) =>
  (json.details.causes ?? []).map(({ reason, field }) => `${reason} ${field}`);
const debugging = (parts: object = {}) => ({
  name: "debugger-1",
  image: "busybox",
  stdin: true,
  tty: true,
  targetContainerName: "main",
  ...parts,
});

async function withPod(spec: object = {}): Promise<World> {
  const world = await anApi();
  assert.equal((await world.ask("POST", pods, { body: aPod("web", { spec }) })).status, 201);
  return world;
}

const patchWith = (world: World, part: string, spec: object) =>
  world.ask("PATCH", `${pods}/web/${part}`, { contentType: strategic, body: { spec } });
const specOf = ({ json }: Answer) => (json as unknown as Pod).spec;

test("kubectl debug puts a container into a pod, and then another", async () => {
  const world = await withPod();
  const first = await patchWith(world, "ephemeralcontainers", { ephemeralContainers: [debugging()] });
  assert.equal(first.status, 200, first.text);
  const { terminationMessagePolicy, imagePullPolicy } = specOf(first).ephemeralContainers?.[0] ?? {};
  assert.deepEqual([terminationMessagePolicy, imagePullPolicy], ["File", "Always"]);
  const second = await patchWith(world, "ephemeralcontainers", {
    ephemeralContainers: [debugging({ name: "debugger-2" })],
  });
  const names = specOf(second)
    .ephemeralContainers?.map(({ name }) => name)
    .sort();
  assert.deepEqual(names, ["debugger-1", "debugger-2"]);
  const read = await world.ask("GET", `${pods}/web/ephemeralcontainers`);
  assert.equal(specOf(read).ephemeralContainers?.length, 2);
});

test("containers for looking into a pod stay as they came", async () => {
  const world = await withPod();
  const added = await patchWith(world, "ephemeralcontainers", { ephemeralContainers: [debugging()] });
  const whole = added.json as unknown as Pod;
  const put = (ephemeralContainers: readonly object[]) =>
    world.ask("PUT", `${pods}/web/ephemeralcontainers`, {
      body: { ...whole, spec: { ...whole.spec, ephemeralContainers } },
    });
  assert.deepEqual(causesOf(await put([])), ["FieldValueForbidden spec.ephemeralContainers"]);
  const changed = debugging({ image: "other" });
  assert.deepEqual(causesOf(await put([changed])), ["FieldValueForbidden spec.ephemeralContainers"]);
});

test("nothing may depend on a container for looking into a pod", async () => {
  const world = await withPod();
  const refused = async (parts: object) =>
    causesOf(await patchWith(world, "ephemeralcontainers", { ephemeralContainers: [debugging(parts)] }));
  const at = "spec.ephemeralContainers[0]";
  assert.deepEqual(await refused({ ports: [{ containerPort: 80 }] }), [`FieldValueForbidden ${at}.ports`]);
  assert.deepEqual(await refused({ resources: { limits: { cpu: "1" } } }), [
    `FieldValueForbidden ${at}.resources`,
  ]);
  assert.deepEqual(await refused({ livenessProbe: { exec: { command: ["true"] } } }), [
    `FieldValueForbidden ${at}.livenessProbe`,
  ]);
  assert.deepEqual(await refused({ name: "main" }), [`FieldValueDuplicate ${at}.name`]);
  assert.deepEqual(await refused({ targetContainerName: "nobody" }), [
    `FieldValueNotFound ${at}.targetContainerName`,
  ]);
});

test("only those containers go through their door", async () => {
  const world = await withPod();
  const answer = await patchWith(world, "ephemeralcontainers", { activeDeadlineSeconds: 5 });
  assert.equal(answer.status, 200);
  assert.equal(specOf(answer).activeDeadlineSeconds, undefined);
});

const sized = (memory: string, cpu = "100m") => ({
  containers: [
    { name: "main", image: "host/sleep", resources: { limits: { memory }, requests: { cpu, memory } } },
  ],
});

test("a pod gets more, and nothing but more", async () => {
  const world = await withPod(sized("64Mi"));
  const grown = await patchWith(world, "resize", sized("128Mi", "200m"));
  assert.equal(grown.status, 200, grown.text);
  assert.deepEqual(specOf(grown).containers[0]?.resources, {
    limits: { memory: "128Mi" },
    requests: { cpu: "200m", memory: "128Mi" },
  });
  const shrunk = await patchWith(world, "resize", sized("64Mi"));
  assert.deepEqual(causesOf(shrunk), ["FieldValueForbidden spec.containers[0].resources.limits[memory]"]);
});

test("a resize leaves the class of service and other resources alone", async () => {
  const world = await withPod(sized("64Mi"));
  const resources = (limits: object) => ({
    containers: [{ name: "main", resources: { limits } }],
  });
  const guaranteed = await patchWith(world, "resize", resources({ cpu: "100m", memory: "64Mi" }));
  assert.deepEqual(causesOf(guaranteed), ["FieldValueInvalid spec"]);
  const disk = await patchWith(world, "resize", resources({ memory: "64Mi", "ephemeral-storage": "1Gi" }));
  assert.deepEqual(causesOf(disk), ["FieldValueForbidden spec"]);
});

test("a running pod is resized only where the agent tells that it can", async () => {
  const world = await withPod(sized("64Mi"));
  const running = { name: "main", image: "host/sleep", imageID: "", ready: true, restartCount: 0 };
  const status = { containerStatuses: [{ ...running, state: { running: {} } }] };
  const told = await world.ask("PATCH", `${pods}/web/status`, {
    contentType: "application/merge-patch+json",
    body: { status },
  });
  assert.equal(told.status, 200, told.text);
  assert.deepEqual(causesOf(await patchWith(world, "resize", sized("128Mi"))), ["FieldValueForbidden spec"]);
});
