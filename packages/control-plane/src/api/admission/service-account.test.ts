/** Who pods are: the account they name, its pull secrets, and its token where boards can mount it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { aPod, anApi, type World } from "../testing/world.ts";

const pods = "/api/v1/namespaces/default/pods";
const accounts = "/api/v1/namespaces/default/serviceaccounts";

async function aWorld(account: object = {}) {
  const world = await anApi();
  await world.ask("POST", accounts, { body: { metadata: { name: "robot" }, ...account } });
  return world;
}

async function created({ ask }: World, spec: object = {}): Promise<Pod> {
  const answer = await ask("POST", pods, { body: aPod("web", { spec }) });
  assert.equal(answer.status, 201, answer.text);
  return answer.json as unknown as Pod;
}

const boardsThatMount = async ({ ask }: World, value: string) => {
  const annotations = { "kubus.io/projected-volumes": value };
  await ask("POST", "/api/v1/nodes", { body: { metadata: { name: `pi-${value}`, annotations } } });
};

test("a pod is `default` unless it says otherwise", async () => {
  const world = await aWorld();
  assert.equal((await created(world)).spec.serviceAccountName, "default");
  const other = await world.ask("POST", pods, {
    body: aPod("other", { spec: { serviceAccountName: "robot" } }),
  });
  assert.equal(other.json.spec.serviceAccountName, "robot");
});

test("a pod is nobody who does not exist", async () => {
  const { ask } = await aWorld();
  const { status, json } = await ask("POST", pods, {
    body: aPod("web", { spec: { serviceAccountName: "x" } }),
  });
  assert.equal(status, 403);
  assert.equal(
    json.message,
    'pods "web" is forbidden: error looking up service account default/x: serviceaccount "x" not found',
  );
});

test("a pod pulls images with its account's secrets, unless it has its own", async () => {
  const world = await aWorld({ imagePullSecrets: [{ name: "registry" }] });
  const pulls = (pod: Pod) => (pod.spec as { imagePullSecrets?: unknown }).imagePullSecrets;
  assert.deepEqual(pulls(await created(world, { serviceAccountName: "robot" })), [{ name: "registry" }]);
  await world.ask("DELETE", `${pods}/web?gracePeriodSeconds=0`);
  const own = [{ name: "own" }];
  assert.deepEqual(pulls(await created(world, { serviceAccountName: "robot", imagePullSecrets: own })), own);
});

test("the token is mounted into every container, where all boards can do it", async () => {
  const world = await aWorld();
  await boardsThatMount(world, "true");
  const mountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
  const { spec } = await created(world, {
    initContainers: [{ name: "first", image: "host/true" }],
    containers: [
      { name: "main", image: "host/sleep" },
      { name: "own", image: "host/sleep", volumeMounts: [{ name: "mine", mountPath }] },
    ],
    volumes: [{ name: "mine", emptyDir: {} }],
  });
  const [, volume] = (spec.volumes ?? []) as readonly {
    name: string;
    projected: { sources: readonly object[] };
  }[];
  assert.match(volume?.name ?? "", /^kube-api-access-[a-z0-9]{5}$/);
  const mounts = [...(spec.initContainers ?? []), ...spec.containers].map(({ volumeMounts }) => volumeMounts);
  const mount = { name: volume?.name, readOnly: true, mountPath };
  const names = (list: unknown) => (list as readonly { name: string }[]).map(({ name }) => name);
  assert.deepEqual(mounts[0], [mount]);
  assert.deepEqual(mounts.map(names), [[volume?.name], [volume?.name], ["mine"]]);
  assert.deepEqual(volume?.projected.sources, [
    { serviceAccountToken: { expirationSeconds: 3_607, path: "token" } },
    { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    {
      downwardAPI: {
        items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
      },
    },
  ]);
});

test("the token stays away where a board cannot mount it, or where it is not wanted", async () => {
  const world = await aWorld({ automountServiceAccountToken: false });
  const volumesOf = async (spec: object) => {
    const pod = await created(world, spec);
    await world.ask("DELETE", `${pods}/web?gracePeriodSeconds=0`);
    return (pod.spec.volumes ?? []).length;
  };
  assert.equal(await volumesOf({}), 0);
  await boardsThatMount(world, "true");
  assert.deepEqual(
    [
      await volumesOf({}),
      await volumesOf({ serviceAccountName: "robot" }),
      await volumesOf({ serviceAccountName: "robot", automountServiceAccountToken: true }),
      await volumesOf({ automountServiceAccountToken: false }),
    ],
    [1, 0, 1, 0],
  );
  await boardsThatMount(world, "false");
  assert.equal(await volumesOf({}), 0);
});

test("an account that lists its secrets lets no pod use others", async () => {
  const annotations = { "kubernetes.io/enforce-mountable-secrets": "true" };
  const world = await aWorld({ metadata: { name: "robot", annotations }, secrets: [{ name: "listed" }] });
  const volumes = (secretName: string) => [{ name: "v", secret: { secretName } }];
  const { json } = await world.ask("POST", pods, {
    body: aPod("web", { spec: { serviceAccountName: "robot", volumes: volumes("other") } }),
  });
  assert.match(
    json.message,
    /secret\.secretName="other" is not allowed because service account robot does not/,
  );
  await created(world, { serviceAccountName: "robot", volumes: volumes("listed") });
});
