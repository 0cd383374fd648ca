/** The classes that a cluster begins with. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { storageClassKind } from "../../kinds/index.ts";
import { aCluster } from "../testing/cluster.ts";
import { storageClassController } from "./controller.ts";

test("a cluster begins with local-path as its default class, and with shared where boards share a folder", async () => {
  const plain = await aCluster([storageClassController(undefined)]);
  await plain.rest();
  assert.deepEqual(plain.names(storageClassKind), ["local-path"]);
  const cluster = await aCluster([storageClassController("/srv/shared")]);
  await cluster.rest();
  assert.deepEqual(
    cluster.cache
      .list(storageClassKind)
      .map((one) => [
        one.metadata.name,
        one.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"],
        one.provisioner,
        one.volumeBindingMode,
        one.reclaimPolicy,
        one.parameters,
      ]),
    [
      ["local-path", "true", "kubus.io/local-path", "WaitForFirstConsumer", "Delete", undefined],
      ["shared", undefined, "kubus.io/shared", "Immediate", "Delete", { path: "/srv/shared" }],
    ],
  );
});

test("what a user changes about a class stays; a class that was deleted is there again with the next leader", async () => {
  const cluster = await aCluster([storageClassController(undefined)]);
  await cluster.rest();
  const name = "local-path";
  const annotations = { "storageclass.kubernetes.io/is-default-class": "false" };
  await cluster.objects.patch(storageClassKind, { name }, { metadata: { annotations } });
  await cluster.takeOver();
  const found = cluster.cache.get(storageClassKind, undefined, name);
  assert.deepEqual(found?.metadata.annotations, annotations);
  await cluster.objects.delete(storageClassKind, { name });
  await cluster.rest();
  assert.deepEqual(cluster.names(storageClassKind), []);
  await cluster.takeOver();
  assert.deepEqual(cluster.names(storageClassKind), [name]);
});
