import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersistentVolume } from "@kubus/shared/api/volume.ts";
import { persistentVolumeKind } from "../../index.ts";
import { testRefusals, testRefusedChanges } from "../../testing/cases.ts";
import { causesOf, causesOfUpdate, created } from "../../testing/refusals.ts";

const sized = { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" } };
const bare = (spec: object) => ({ spec: { ...sized, ...spec } });
const volume = (spec: object = {}) => bare({ hostPath: { path: "/data" }, ...spec });
const onNode = {
  nodeAffinity: {
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] }] },
  },
};
const csi = { driver: "disk.example.com", volumeHandle: "1" };

testRefusals(persistentVolumeKind, [
  [
    "saying nothing",
    {},
    "FieldValueRequired spec.accessModes",
    "FieldValueRequired spec.capacity",
    "FieldValueNotSupported spec.capacity",
    "FieldValueRequired spec",
  ],
  ["an unknown access mode", volume({ accessModes: ["Any"] }), "FieldValueNotSupported spec.accessModes"],
  [
    "one pod only, and many",
    volume({ accessModes: ["ReadWriteOncePod", "ReadOnlyMany"] }),
    "FieldValueForbidden spec.accessModes",
  ],
  ["no capacity", volume({ capacity: { storage: "0" } }), "FieldValueInvalid spec.capacity[storage]"],
  ["a capacity of cpu", volume({ capacity: { cpu: "1" } }), "FieldValueNotSupported spec.capacity"],
  [
    "an unknown reclaim policy",
    volume({ persistentVolumeReclaimPolicy: "Burn" }),
    "FieldValueNotSupported spec.persistentVolumeReclaimPolicy",
  ],
  ["two sources", volume({ nfs: { server: "a", path: "/b" } }), "FieldValueForbidden spec.nfs"],
  ["a path upwards", volume({ hostPath: { path: "/a/.." } }), "FieldValueInvalid spec.hostPath.path"],
  ["a disk of no node", bare({ local: { path: "/disk" } }), "FieldValueRequired spec.nodeAffinity"],
  [
    "nodes without a choice",
    bare({ local: { path: "/disk" }, nodeAffinity: {} }),
    "FieldValueRequired spec.nodeAffinity.required",
  ],
  [
    "recycling the whole host",
    volume({ hostPath: { path: "/" }, persistentVolumeReclaimPolicy: "Recycle" }),
    "FieldValueForbidden spec.persistentVolumeReclaimPolicy",
  ],
  ["a class that cannot be", volume({ storageClassName: "A" }), "FieldValueInvalid spec.storageClassName"],
  ["an unknown mode", volume({ volumeMode: "Tape" }), "FieldValueNotSupported spec.volumeMode"],
  [
    "a driver without a volume, and a secret without a namespace",
    bare({ csi: { driver: "disk.example.com", nodePublishSecretRef: { name: "s" } } }),
    "FieldValueRequired spec.csi.volumeHandle",
    "FieldValueRequired spec.csi.nodePublishSecretRef.namespace",
  ],
  [
    "attributes of what has no driver",
    volume({ volumeAttributesClassName: "fast" }),
    "FieldValueRequired spec.csi",
  ],
  [
    "a namespace",
    { ...volume(), metadata: { namespace: "default" } },
    "FieldValueForbidden metadata.namespace",
  ],
]);

testRefusedChanges(persistentVolumeKind, [
  [
    "another source",
    volume(),
    volume({ hostPath: { path: "/other" } }),
    "FieldValueForbidden spec.persistentvolumesource",
  ],
  ["another mode", volume(), volume({ volumeMode: "Block" }), "FieldValueInvalid volumeMode"],
  ["other nodes", volume(onNode), volume(), "FieldValueInvalid nodeAffinity"],
  [
    "no attributes any more",
    bare({ csi, volumeAttributesClassName: "a" }),
    bare({ csi }),
    "FieldValueForbidden spec.volumeAttributesClassName",
  ],
]);

test("a volume is accepted, filled in and printed", () => {
  assert.deepEqual(causesOf(persistentVolumeKind, volume(onNode)), []);
  const claimRef = { namespace: "default", name: "data" };
  const object = created(
    persistentVolumeKind,
    volume({ claimRef, storageClassName: "slow" }),
  ) as PersistentVolume;
  assert.equal(object.status?.phase, "Pending");
  assert.equal(object.spec.hostPath?.type, "");
  const cells = persistentVolumeKind.columns.map(({ of }) => of(object, 0));
  assert.deepEqual(
    cells.filter((_, i) => i !== 9),
    ["test", "1Gi", "RWO", "Retain", "Pending", "default/data", "slow", "<unset>", "", "Filesystem"],
  );
});

test("a claim, a policy, and a secret for growing may come later", () => {
  const accepted = (before: object, after: object) =>
    assert.deepEqual(causesOfUpdate(persistentVolumeKind, after, before), []);
  accepted(volume(), volume({ claimRef: { name: "a" }, persistentVolumeReclaimPolicy: "Delete", ...onNode }));
  const secret = { controllerExpandSecretRef: { name: "a", namespace: "b" } };
  accepted(bare({ csi }), bare({ csi: { ...csi, ...secret } }));
});
