import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import { persistentVolumeClaimKind as kind } from "../../index.ts";
import { testRefusals, testRefusedChanges, testRefusedStatuses } from "../../testing/cases.ts";
import { causesOf, created } from "../../testing/refusals.ts";

const sized = (storage: string) => ({ resources: { requests: { storage } } });
const claim = (spec: object = {}, status?: object) => ({
  spec: { accessModes: ["ReadWriteOnce"], ...sized("1Gi"), ...spec },
  ...(status === undefined ? {} : { status }),
});
const snapshot = { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "a" };

testRefusals(kind, [
  ["saying nothing", {}, "FieldValueRequired spec.accessModes", "FieldValueRequired spec.resources[storage]"],
  ["an unknown access mode", claim({ accessModes: ["Any"] }), "FieldValueNotSupported spec.accessModes"],
  [
    "one pod only, and many",
    claim({ accessModes: ["ReadWriteOncePod", "ReadWriteMany"] }),
    "FieldValueForbidden spec.accessModes",
  ],
  ["nothing", claim(sized("0")), "FieldValueInvalid spec.resources[storage]"],
  ["a class that cannot be", claim({ storageClassName: "A" }), "FieldValueInvalid spec.storageClassName"],
  ["an unknown mode", claim({ volumeMode: "Tape" }), "FieldValueNotSupported spec.volumeMode"],
  [
    "a selector that cannot be",
    claim({ selector: { matchExpressions: [{ key: "a", operator: "In" }] } }),
    "FieldValueRequired spec.selector.matchExpressions[0].values",
  ],
  [
    "a source without a name",
    claim({ dataSource: { ...snapshot, name: "" } }),
    "FieldValueRequired spec.dataSource.name",
    "FieldValueRequired spec.dataSourceRef.name",
  ],
  [
    "a source of no group",
    claim({ dataSourceRef: { kind: "Disk", name: "a" } }),
    "FieldValueInvalid spec.dataSourceRef",
  ],
  [
    "two sources",
    claim({ dataSource: snapshot, dataSourceRef: { ...snapshot, name: "b" } }),
    "FieldValueInvalid spec",
  ],
  [
    "a source here and one elsewhere",
    claim({ dataSource: snapshot, dataSourceRef: { ...snapshot, namespace: "other" } }),
    "FieldValueInvalid spec",
  ],
  [
    "attributes that cannot be",
    claim({ volumeAttributesClassName: "A" }),
    "FieldValueInvalid spec.volumeAttributesClassName",
  ],
]);

testRefusedChanges(kind, [
  ["another access mode", claim(), claim({ accessModes: ["ReadWriteMany"] }), "FieldValueForbidden spec"],
  ["more, before there is a volume", claim(), claim(sized("2Gi")), "FieldValueForbidden spec"],
  ["another volume", claim({ volumeName: "a" }), claim({ volumeName: "b" }), "FieldValueForbidden spec"],
  ["no volume any more", claim({ volumeName: "a" }), claim(), "FieldValueForbidden spec"],
  [
    "another class",
    claim({ storageClassName: "a" }),
    claim({ storageClassName: "b" }),
    "FieldValueForbidden spec",
  ],
  [
    "another mode",
    claim(),
    claim({ volumeMode: "Block" }),
    "FieldValueForbidden spec",
    "FieldValueInvalid volumeMode",
  ],
  [
    "no attributes any more",
    claim({ volumeAttributesClassName: "a" }),
    claim(),
    "FieldValueForbidden spec",
    "FieldValueForbidden spec.volumeAttributesClassName",
  ],
]);

testRefusedStatuses(kind, [
  [
    "a capacity below nothing",
    claim(),
    claim({}, { capacity: { storage: "-1" } }),
    "FieldValueInvalid status.capacity[storage]",
  ],
  [
    "an unknown state of growing",
    claim(),
    claim({}, { allocatedResourceStatuses: { storage: "Slow" } }),
    "FieldValueNotSupported status.allocatedResourceStatus",
  ],
]);

/** What a change of a claim that has its volume is refused for. */
const whenBound = (after: object, before: object): readonly string[] => {
  const status = { phase: "Bound", capacity: { storage: "1Gi" } };
  const [next, previous] = [after, before].map(
    (manifest) => ({ ...created(kind, manifest), status }) as unknown as PersistentVolumeClaim,
  );
  assert.ok(next !== undefined && previous !== undefined);
  return kind.validateUpdate(next, previous).map(({ reason, field }) => `${reason} ${field}`);
};

test("a claim that has its volume may grow, and take back a growth that failed", () => {
  const given = (storage: string) => claim({ volumeName: "a", ...sized(storage) });
  assert.deepEqual(whenBound(given("2Gi"), given("1Gi")), []);
  assert.deepEqual(whenBound(given("2Gi"), given("4Gi")), []);
  assert.deepEqual(whenBound(given("1Gi"), given("4Gi")), [
    "FieldValueForbidden spec.resources.requests.storage",
  ]);
});

test("a claim is accepted, filled in and printed", () => {
  assert.deepEqual(causesOf(kind, claim({ storageClassName: "" })), []);
  const object = created(kind, claim({ dataSource: snapshot })) as PersistentVolumeClaim;
  assert.deepEqual(object.spec.dataSourceRef, snapshot);
  assert.equal(object.status?.phase, "Pending");
  const cells = (claimed: PersistentVolumeClaim) => kind.columns.slice(1, 5).map(({ of }) => of(claimed, 0));
  assert.deepEqual(cells(object), ["Pending", "", "", ""]);
  const status = {
    phase: "Bound" as const,
    capacity: { storage: "2Gi" },
    accessModes: ["ReadWriteOnce" as const],
  };
  assert.deepEqual(cells({ ...object, spec: { ...object.spec, volumeName: "v" }, status }), [
    "Bound",
    "v",
    "2Gi",
    "RWO",
  ]);
});
