import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal, type RefusalCode } from "@kubus/shared/errors/codes.ts";
import { deploymentKind, nodeKind, podKind, serviceKind } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import { metadata } from "../kinds/testing/objects.ts";
import { applyPatch, type PatchType } from "./patch.ts";

const jsonPatch = "application/json-patch+json";
const mergePatch = "application/merge-patch+json";
const strategic = "application/strategic-merge-patch+json";

interface Change {
  readonly kind?: Kind;
  readonly type?: PatchType;
  readonly before: object;
  readonly patch: unknown;
}

/** The object after the patch, without metadata unless the patch is about it. */
function patched({ kind = podKind, type = strategic, before, patch }: Change): unknown {
  const previous = { apiVersion: "v1", kind: kind.kind, metadata, ...before };
  const copy = structuredClone(previous);
  const next = applyPatch(kind, { type, patch, previous }) as typeof previous;
  assert.deepEqual(previous, copy, "the object that was there is untouched");
  const same = ["apiVersion", "kind", ...("metadata" in before ? [] : ["metadata"])];
  return Object.fromEntries(Object.entries(next).filter(([name]) => !same.includes(name)));
}

const refused = (change: Change, code: RefusalCode) =>
  assert.throws(
    () => patched(change),
    (error) => isRefusal(error, code),
  );

const containers = (...list: readonly object[]) => ({ spec: { containers: list } });
const web = { name: "web", image: "web:1", env: [{ name: "A", value: "1" }] };
const side = { name: "side", image: "side:1" };

test("JSON merge patch merges objects, replaces lists and removes what is null", () => {
  const before = { spec: { replicas: 1, paused: true, list: [1, 2], deep: { a: 1, b: 2 } } };
  const patch = { spec: { replicas: 3, paused: null, list: [3], deep: { b: null, c: 4 } } };
  assert.deepEqual(patched({ type: mergePatch, before, patch }), {
    spec: { replicas: 3, list: [3], deep: { a: 1, c: 4 } },
  });
});

test("JSON patch adds, replaces, removes and tests", () => {
  const before = { spec: { replicas: 1, tags: ["a"] } };
  const patch = [
    { op: "test", path: "/spec/replicas", value: 1 },
    { op: "replace", path: "/spec/replicas", value: 2 },
    { op: "add", path: "/spec/tags/-", value: "b" },
    { op: "remove", path: "/spec/tags/0" },
  ];
  assert.deepEqual(patched({ type: jsonPatch, before, patch }), { spec: { replicas: 2, tags: ["b"] } });
});

test("JSON patch is refused when a test fails, a path is missing or it is no patch", () => {
  const before = { spec: { replicas: 1 } };
  refused({ type: jsonPatch, before, patch: [{ op: "test", path: "/spec/replicas", value: 2 }] }, "invalid");
  refused({ type: jsonPatch, before, patch: [{ op: "remove", path: "/spec/none" }] }, "invalid");
  refused({ type: jsonPatch, before, patch: [{ op: "add", path: "/__proto__/x", value: 1 }] }, "invalid");
  refused({ type: jsonPatch, before, patch: { spec: {} } }, "badRequest");
  refused({ type: jsonPatch, before, patch: [{ path: "/a" }] }, "badRequest");
  refused(
    {
      type: jsonPatch,
      before,
      patch: Array.from({ length: 10_001 }, () => ({ op: "test", path: "/spec/replicas", value: 1 })),
    },
    "tooLarge",
  );
});

test("a patch that is no object is refused", () => {
  refused({ before: {}, patch: [] }, "badRequest");
  refused({ type: mergePatch, before: {}, patch: "x" }, "badRequest");
});

test("strategic merge patch merges containers by name", () => {
  const patch = containers({ name: "web", image: "web:2", env: [{ name: "B", value: "2" }] });
  assert.deepEqual(
    patched({ before: containers(web, side), patch }),
    containers(
      {
        ...web,
        image: "web:2",
        env: [
          { name: "B", value: "2" },
          { name: "A", value: "1" },
        ],
      },
      side,
    ),
  );
});

test("keeps the order that the client asks for, as kubectl set image does", () => {
  const patch = {
    spec: {
      "$setElementOrder/containers": [{ name: "web" }, { name: "side" }],
      containers: [{ name: "side", image: "side:2" }],
    },
  };
  assert.deepEqual(
    patched({ before: containers(web, side), patch }),
    containers(web, { ...side, image: "side:2" }),
  );
});

test("orders what it is told, and leaves others where they stood", () => {
  const named = (...names: readonly string[]) => containers(...names.map((name) => ({ name })));
  const order = (...names: readonly string[]) => names.map((name) => ({ name }));
  const patch = {
    spec: { "$setElementOrder/containers": order("c", "a", "new"), containers: [{ name: "new" }] },
  };
  assert.deepEqual(
    patched({ before: named("x", "a", "b", "c", "d"), patch }),
    named("x", "b", "c", "a", "new", "d"),
  );
});

test("deletes and replaces list items by directive", () => {
  assert.deepEqual(
    patched({ before: containers(web, side), patch: containers({ name: "side", $patch: "delete" }) }),
    containers(web),
  );
  assert.deepEqual(
    patched({
      before: containers(web, side),
      patch: containers({ $patch: "replace" }, { name: "new", image: "x" }),
    }),
    containers({ name: "new", image: "x" }),
  );
  assert.deepEqual(
    patched({ before: containers(web), patch: containers({ name: "web", image: "x", $patch: "replace" }) }),
    containers(),
  );
});

test("replaces lists that have no merge key", () => {
  const before = { spec: { taints: [{ key: "a", effect: "NoSchedule" }] } };
  const patch = { spec: { taints: [{ key: "b", effect: "NoExecute" }] } };
  assert.deepEqual(patched({ kind: nodeKind, before, patch }), patch);
});

test("removes what is null, as uncordon does", () => {
  assert.deepEqual(
    patched({
      kind: nodeKind,
      before: { spec: { unschedulable: true } },
      patch: { spec: { unschedulable: null } },
    }),
    { spec: {} },
  );
});

test("merges and shortens lists of plain values", () => {
  const before = { metadata: { ...metadata, finalizers: ["a", "b"] } };
  const added = { metadata: { finalizers: ["c", "a"] } };
  const removed = { metadata: { "$deleteFromPrimitiveList/finalizers": ["a"] } };
  const finalizers = (patch: object) =>
    (patched({ before, patch }) as { metadata: { finalizers: string[] } }).metadata.finalizers;
  assert.deepEqual(finalizers(added), ["c", "a", "b"]);
  assert.deepEqual(finalizers(removed), ["b"]);
  assert.deepEqual(
    finalizers({
      metadata: { ...removed.metadata, "$setElementOrder/finalizers": ["z", "b"], finalizers: ["z"] },
    }),
    ["z", "b"],
  );
});

test("drops what is not retained, as a change of strategy wants", () => {
  const before = { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } } };
  const patch = { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } };
  assert.deepEqual(patched({ kind: deploymentKind, before, patch }), {
    spec: { strategy: { type: "Recreate" } },
  });
});

test("changes the source of a volume, and leaves no directive behind", () => {
  const before = { spec: { volumes: [{ name: "v", emptyDir: {} }] } };
  const patch = {
    spec: { volumes: [{ $retainKeys: ["name", "configMap"], name: "v", configMap: { name: "c" } }] },
  };
  assert.deepEqual(patched({ before, patch }), {
    spec: { volumes: [{ name: "v", configMap: { name: "c" } }] },
  });
});

test("keeps both of two ports that share their number", () => {
  const before = {
    spec: {
      ports: [
        { port: 53, protocol: "UDP" },
        { port: 53, protocol: "TCP" },
      ],
    },
  };
  const patch = { spec: { ports: [{ port: 80 }] } };
  assert.deepEqual(patched({ kind: serviceKind, before, patch }), {
    spec: { ports: [{ port: 80 }, ...before.spec.ports] },
  });
});

test("orders only: a list that is not there stays away", () => {
  assert.deepEqual(
    patched({ before: { spec: {} }, patch: { spec: { "$setElementOrder/volumes": [{ name: "a" }] } } }),
    { spec: {} },
  );
});

test("refuses items without their key and directives that it does not know", () => {
  refused({ before: containers(web), patch: containers({ image: "x" }) }, "badRequest");
  refused({ before: containers(web), patch: { spec: { $patch: "explode" } } }, "badRequest");
  refused(
    { before: containers(web), patch: { spec: { "$setElementOrder/containers": "web" } } },
    "badRequest",
  );
});
