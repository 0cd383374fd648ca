import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConfigMap, Secret } from "@kubus/shared/api/core.ts";
import type { Pod, PodSpec } from "@kubus/shared/api/pod.ts";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { volumeMachine } from "./machine.ts";
import { containerMounts } from "./mounts.ts";
import { fsUserOf } from "./owner.ts";
import { filesOf, type Supplies } from "./sources.ts";
import type { Projection, VolumeMount } from "./spec.ts";
import { renewAfterMs } from "./tokens.ts";
import { planOf } from "./types.ts";

const aPod = (spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "web",
    namespace: "default",
    uid: "uid",
    labels: { b: "2", a: 'q"' },
    resourceVersion: "1",
    creationTimestamp: "",
  },
  spec: {
    containers: [{ name: "main", image: "host/sh", resources: { limits: { memory: "64Mi" } } }],
    ...spec,
  },
});

const configMaps: Readonly<Record<string, Partial<ConfigMap>>> = {
  conf: { data: { a: "1", b: "2" }, binaryData: { c: "/w==" } },
};
const secrets: Readonly<Record<string, Partial<Secret>>> = { pw: { data: { word: "c2VzYW1l" } } };
const supplies: Supplies = {
  pod: aPod(),
  allocatable: { cpu: "4" },
  configMap: (name) => Promise.resolve(configMaps[name] as ConfigMap | undefined),
  secret: (name) => Promise.resolve(secrets[name] as Secret | undefined),
  token: ({ audience = "api" }) => Promise.resolve(`token for ${audience}`),
};
const general = { defaultMode: 0o644, uid: undefined, gid: undefined };

/** `path mode text`, by path. */
async function shown(sources: readonly Projection[], terms: Parameters<typeof filesOf>[2] = general) {
  const files = await filesOf(sources, supplies, terms);
  return files.map(({ path, mode, data, uid }) =>
    [path, mode.toString(8), Buffer.from(data).toString("latin1"), ...(uid === undefined ? [] : [uid])].join(
      " ",
    ),
  );
}

test("a config map or a secret is a file for each key, or for the keys that are chosen", async () => {
  assert.deepEqual(await shown([{ configMap: { name: "conf" } }]), ["a 644 1", "b 644 2", "c 644 \u00ff"]);
  const items = [
    { key: "b", path: "deep/b", mode: 0o400 },
    { key: "c", path: "c" },
  ];
  assert.deepEqual(await shown([{ configMap: { name: "conf", items } }]), ["deep/b 400 2", "c 644 \u00ff"]);
  assert.deepEqual(await shown([{ secret: { name: "pw" } }], { ...general, defaultMode: 0o400 }), [
    "word 400 sesame",
  ]);
});

test("what is missing is told in kubelet's words, unless it is optional", async () => {
  const items = [{ key: "x", path: "x" }];
  for (const [source, why] of [
    [{ configMap: { name: "no" } }, 'configmap "no" not found'],
    [{ secret: { name: "no" } }, 'secret "no" not found'],
    [{ configMap: { name: "conf", items } }, "configmap references non-existent config key: x"],
    [{ secret: { name: "pw", items } }, "references non-existent secret key: x"],
  ] as const satisfies readonly (readonly [Projection, string])[])
    await assert.rejects(shown([source]), { message: why });
  const optional = true;
  assert.deepEqual(
    await shown([{ configMap: { name: "no", optional } }, { secret: { name: "no", optional } }]),
    [],
  );
  assert.deepEqual(await shown([{ configMap: { name: "conf", items, optional } }]), []);
  await assert.rejects(
    shown([{ clusterTrustBundle: {} } as Projection]),
    /clusterTrustBundle are not supported/,
  );
});

test("a pod reads of itself", async () => {
  const items = [
    { path: "name", fieldRef: { fieldPath: "metadata.name" } },
    { path: "labels", mode: 0o600, fieldRef: { fieldPath: "metadata.labels" } },
    { path: "a", fieldRef: { fieldPath: "metadata.labels['a']" } },
    {
      path: "memory",
      resourceFieldRef: { containerName: "main", resource: "limits.memory", divisor: "1Mi" },
    },
    { path: "cpu", resourceFieldRef: { containerName: "main", resource: "limits.cpu" } },
  ];
  assert.deepEqual(await shown([{ downwardAPI: { items } }]), [
    "name 644 web",
    'labels 600 a="q\\""\nb="2"',
    'a 644 q"',
    "memory 644 64",
    "cpu 644 4",
  ]);
});

test("a token is for everybody inside, or for those that are known to need it", async () => {
  const sources = [{ serviceAccountToken: { path: "t", audience: "vault" } }];
  assert.deepEqual(await shown(sources), ["t 644 token for vault"]);
  assert.deepEqual(await shown(sources, { ...general, uid: 1_000 }), ["t 600 token for vault 1000"]);
  assert.deepEqual(await shown(sources, { ...general, gid: 2_000 }), ["t 600 token for vault"]);
});

test("files belong to the user that all containers are", () => {
  const as = (runAsUser?: number) => ({
    name: "c",
    image: "host/sh",
    ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }),
  });
  assert.equal(fsUserOf(aPod({ containers: [as(1), as(1)] })), 1);
  assert.equal(fsUserOf(aPod({ containers: [as(1), as()], securityContext: { runAsUser: 1 } })), 1);
  assert.equal(fsUserOf(aPod({ containers: [as(1)], initContainers: [as(2)] })), undefined);
  assert.equal(fsUserOf(aPod({ containers: [as(1), as()] })), undefined);
});

test("tells what each type of volume comes to", () => {
  const plan = (volume: object) => planOf({ name: "v", ...volume }, aPod());
  assert.deepEqual(plan({ secret: { secretName: "pw", defaultMode: 0o400 } }), {
    content: "files",
    sources: [{ secret: { secretName: "pw", defaultMode: 0o400, name: "pw" } }],
    defaultMode: 0o400,
  });
  assert.deepEqual(plan({}), { content: "folder", medium: "disk" });
  const mebibyte = 1_024 * 1_024;
  const memory = { content: "folder", medium: "memory" };
  assert.deepEqual(plan({ emptyDir: { medium: "Memory", sizeLimit: "8Mi" } }), {
    ...memory,
    sizeBytesMax: 8 * mebibyte,
  });
  // What the pod may have at most, where it asks for more or for nothing.
  assert.deepEqual(plan({ emptyDir: { medium: "Memory" } }), { ...memory, sizeBytesMax: 64 * mebibyte });
  assert.deepEqual(plan({ emptyDir: { medium: "HugePages" } }), {
    content: "unknown",
    why: "emptyDir on HugePages",
  });
  assert.deepEqual(plan({ hostPath: { path: "/" } }), { content: "path", path: "/", type: "" });
  assert.deepEqual(plan({ persistentVolumeClaim: { claimName: "data", readOnly: true } }), {
    content: "claim",
    claim: "data",
    readOnly: true,
    isOwn: false,
  });
  assert.deepEqual(plan({ ephemeral: {} }), {
    content: "claim",
    claim: "web-v",
    readOnly: false,
    isOwn: true,
  });
  assert.deepEqual(plan({ nfs: { server: "a", path: "/" } }), { content: "unknown", why: "nfs" });
  assert.deepEqual(plan({ toString: {} }), { content: "unknown", why: "toString" });
});

test("containers mount what the agent writes read-only, and parts of volumes by their expanded path", async () => {
  const pod = aPod({
    volumes: [
      { name: "conf", configMap: { name: "conf" } },
      { name: "data", emptyDir: {} },
    ],
  });
  const store = {
    pathOf: ({ volume }: { readonly volume: string }) => Promise.resolve(`/volumes/${volume}`),
    subPathOf: ({ path, user }: { readonly path: string; readonly user: string }) =>
      Promise.resolve(`/parts/${user}/${path}`),
  };
  const mountsOf = (...volumeMounts: readonly VolumeMount[]) =>
    containerMounts(
      { name: "main", image: "host/sh", volumeMounts },
      { pod, values: new Map([["WHO", "me"]]), store },
    );
  assert.deepEqual(
    await mountsOf(
      { name: "conf", mountPath: "/conf" },
      { name: "data", mountPath: "/data" },
      { name: "data", mountPath: "/own", subPathExpr: "of/$(WHO)", readOnly: true },
    ),
    [
      { hostPath: "/volumes/conf", containerPath: "/conf", readOnly: true },
      { hostPath: "/volumes/data", containerPath: "/data", readOnly: false },
      { hostPath: "/parts/main/2/of/me", containerPath: "/own", readOnly: true },
    ],
  );
  await assert.rejects(
    mountsOf({ name: "data", mountPath: "/d", subPathExpr: "$(NO)" }),
    /missing value for NO/,
  );
});

test("tokens are renewed at four fifths of their life, or after a day", () => {
  assert.equal(renewAfterMs(3_607), 2_885_600);
  assert.equal(renewAfterMs(7 * 86_400), 86_400_000);
});

test("what a volume makes of each event in each state", () => {
  const states = ["steady", "fresh", { writing: "current" }, { writing: "outdated" }, "stale"];
  const events = { "source changed": { type: "source.changed" }, "bus returned": { type: "bus.returned" } };
  const input = { what: "default/web/v", dueInMs: undefined };
  assert.deepEqual(eventTable({ machine: volumeMachine, input, events, states }), [
    "steady: source changed → writing.current, bus returned → ·",
    "fresh: source changed → writing.current, bus returned → ·",
    "writing.current: source changed → writing.outdated, bus returned → ·",
    "writing.outdated: source changed → ·, bus returned → ·",
    "stale: source changed → writing.current, bus returned → writing.current",
  ]);
});
