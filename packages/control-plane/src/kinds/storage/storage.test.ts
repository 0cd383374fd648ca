import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kind } from "../kind.ts";
import { causesOf, causesOfUpdate, created, messagesOf, messagesOfUpdate } from "../testing/refusals.ts";
import {
  csiDriverKind,
  csiNodeKind,
  csiStorageCapacityKind,
  storageClassKind,
  volumeAttachmentKind,
  volumeAttributesClassKind,
} from "./index.ts";

/** Each manifest with what it is refused for. */
function allRefused(
  kind: Kind,
  cases: readonly (readonly [manifest: object, ...causes: readonly string[]])[],
) {
  for (const [manifest, ...causes] of cases)
    assert.deepEqual(causesOf(kind, manifest), causes, JSON.stringify(manifest).slice(0, 300));
}
const cells = (kind: Kind, object: object) =>
  Object.fromEntries(kind.columns.map(({ name, of }) => [name, of(created(kind, object), 0)]));
const many = Object.fromEntries(Array.from({ length: 513 }, (_, i) => [`key-${i}`, ""]));

test("storage class", () => {
  const of = (more: object = {}) => ({ provisioner: "kubus.io/local-path", ...more });
  const topology = (...expressions: object[]) =>
    of({ allowedTopologies: [{ matchLabelExpressions: expressions }] });
  assert.deepEqual(messagesOf(storageClassKind, of({ parameters: { a: "" } })), []);
  assert.deepEqual(messagesOf(storageClassKind, topology({ key: "zone", values: ["a", "b"] })), []);
  const isDefault = { name: "fast", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } };
  const shown = cells(storageClassKind, of({ metadata: isDefault }));
  assert.deepEqual(Object.values(shown).slice(0, 5), [
    "fast (default)",
    "kubus.io/local-path",
    "Delete",
    "Immediate",
    false,
  ]);
  const expression = "allowedTopologies[0].matchLabelExpressions[0]";
  allRefused(storageClassKind, [
    [{}, "FieldValueRequired provisioner"],
    [of({ provisioner: "a b" }), "FieldValueInvalid provisioner"],
    [of({ provisioner: "a/b/c" }), "FieldValueInvalid provisioner"],
    [of({ parameters: { "": "a" } }), "FieldValueInvalid parameters"],
    [of({ parameters: many }), "FieldValueTooLong parameters"],
    [of({ parameters: { a: "x".repeat(256 * 1024) } }), "FieldValueTooLong parameters"],
    [of({ reclaimPolicy: "Recycle" }), "FieldValueNotSupported reclaimPolicy"],
    [of({ volumeBindingMode: "Late" }), "FieldValueNotSupported volumeBindingMode"],
    [topology({ key: "zone" }), `FieldValueRequired ${expression}.values`],
    [topology({ key: "zone", values: ["a", "a"] }), `FieldValueDuplicate ${expression}.values[1]`],
    [topology({ key: "a b", values: ["a"] }), `FieldValueInvalid ${expression}.key`],
    [
      topology({ key: "a", values: ["a"] }, { key: "a", values: ["b"] }),
      "FieldValueDuplicate allowedTopologies[0].matchLabelExpressions[1].key",
    ],
    [
      of({
        allowedTopologies: [
          ["a", "b"],
          ["b", "a"],
        ].map((values) => ({ matchLabelExpressions: [{ key: "a", values }] })),
      }),
      "FieldValueDuplicate allowedTopologies[1].matchLabelExpressions",
    ],
  ]);
  const changed = (more: object) => messagesOfUpdate(storageClassKind, of(more), of());
  assert.deepEqual(changed({ allowVolumeExpansion: true }), []);
  assert.deepEqual(changed({ parameters: { a: "b" } }), [
    "parameters: Forbidden: updates to parameters are forbidden.",
  ]);
  assert.deepEqual(changed({ provisioner: "a/b" }), [
    "provisioner: Forbidden: updates to provisioner are forbidden.",
  ]);
  assert.deepEqual(changed({ reclaimPolicy: "Retain" }), [
    "reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.",
  ]);
  assert.deepEqual(changed({ volumeBindingMode: "WaitForFirstConsumer" }), [
    'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
  ]);
});

test("volume attachment", () => {
  const source = { persistentVolumeName: "data" };
  const of = (more: object = {}) => ({
    spec: { attacher: "csi.example", nodeName: "board-1", source, ...more },
  });
  assert.deepEqual(messagesOf(volumeAttachmentKind, of()), []);
  assert.deepEqual(Object.values(cells(volumeAttachmentKind, of())).slice(0, 5), [
    "test",
    "csi.example",
    "data",
    "board-1",
    false,
  ]);
  allRefused(volumeAttachmentKind, [
    // Kubernetes tells it twice.
    [of({ attacher: "" }), "FieldValueRequired spec.attacher", "FieldValueRequired spec.attacher"],
    [of({ nodeName: "" }), "FieldValueInvalid spec.nodeName"],
    [of({ nodeName: "Board 1" }), "FieldValueInvalid spec.nodeName"],
    [of({ nodeName: "a_b" }), "FieldValueInvalid spec.nodeName"],
    [of({ attacher: "a b" }), "FieldValueInvalid spec.attacher"],
    [of({ source: undefined }), "FieldValueRequired spec.source"],
    [of({ source: {} }), "FieldValueRequired spec.source"],
    [of({ source: { ...source, inlineVolumeSpec: {} } }), "FieldValueForbidden spec.source"],
    [
      of({ source: { persistentVolumeName: "" } }),
      "FieldValueRequired spec.source.persistentVolumeName",
      "FieldValueInvalid spec.source.persistentVolumeName",
    ],
    [{ ...of(), metadata: { name: "A" } }, "FieldValueInvalid metadata.name"],
  ]);
  const onCreate = (more: object) =>
    (volumeAttachmentKind.validateCreate?.(of(more) as never) ?? []).map(
      ({ reason, field }) => `${reason} ${field}`,
    );
  assert.deepEqual(onCreate({}), []);
  assert.deepEqual(onCreate({ attacher: "a b" }), ["FieldValueInvalid spec.attacher"]);
  assert.deepEqual(onCreate({ attacher: "a".repeat(64) }), ["FieldValueTooLong spec.attacher"]);
  assert.deepEqual(onCreate({ source: { persistentVolumeName: "A" } }), [
    "FieldValueInvalid spec.source.persistentVolumeName",
  ]);
  assert.deepEqual(causesOfUpdate(volumeAttachmentKind, of({ nodeName: "board-2" }), of()), [
    "FieldValueInvalid spec",
  ]);
  const withStatus = (status: object) =>
    volumeAttachmentKind
      .validate({ ...created(volumeAttachmentKind, of()), status } as never)
      .map(({ reason, field }) => `${reason} ${field}`);
  assert.deepEqual(withStatus({ attached: true, attachError: { message: "no" } }), []);
  assert.deepEqual(withStatus({ attachError: { message: "x".repeat(1025) } }), [
    "FieldValueTooLong status.attachError.message",
  ]);
  assert.deepEqual(withStatus({ detachError: { errorCode: -1 } }), [
    "FieldValueInvalid status.detachError.errorCode",
  ]);
  assert.deepEqual(withStatus({ attachmentMetadata: { a: "x".repeat(256 * 1024) } }), [
    "FieldValueTooLong status.attachmentMetadata",
  ]);
});

test("volume attachment: a volume within it is a CSI volume, and nothing for claims", () => {
  const of = (inlineVolumeSpec: object) => ({
    spec: { attacher: "csi.example", nodeName: "board-1", source: { inlineVolumeSpec } },
  });
  const csi = { driver: "csi.example", volumeHandle: "1" };
  const good = { csi, accessModes: ["ReadWriteOnce"] };
  const at = "spec.source.inlineVolumeSpec";
  assert.deepEqual(messagesOf(volumeAttachmentKind, of(good)), []);
  allRefused(volumeAttachmentKind, [
    [of({ csi }), `FieldValueRequired ${at}.accessModes`],
    [of({ accessModes: ["ReadWriteOnce"], hostPath: { path: "/a" } }), `FieldValueRequired ${at}.csi`],
    [of({ ...good, capacity: { storage: "1Gi" } }), `FieldValueForbidden ${at}.capacity`],
    [of({ ...good, storageClassName: "fast" }), `FieldValueForbidden ${at}.storageClassName`],
    [of({ ...good, volumeMode: "Block" }), `FieldValueForbidden ${at}.volumeMode`],
    [of({ ...good, csi: { driver: "csi.example" } }), `FieldValueRequired ${at}.csi.volumeHandle`],
  ]);
});

test("volume attachment: nobody creates one that is attached", () => {
  const { status } = created(volumeAttachmentKind, {
    spec: { attacher: "a", nodeName: "b", source: {} },
    status: { attached: true },
  }) as never as { status: object };
  assert.deepEqual(status, { attached: false });
});

test("csi driver", () => {
  const of = (spec: object = {}) => ({ metadata: { name: "csi.example" }, spec });
  assert.deepEqual(messagesOf(csiDriverKind, of()), []);
  const complete = created(csiDriverKind, of()) as unknown as { spec: object };
  assert.deepEqual(complete.spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: "ReadWriteOnceWithFSType",
    requiresRepublish: false,
    seLinuxMount: false,
    volumeLifecycleModes: ["Persistent"],
  });
  assert.deepEqual(Object.values(cells(csiDriverKind, of())).slice(0, 7), [
    "csi.example",
    true,
    false,
    false,
    "<unset>",
    false,
    "Persistent",
  ]);
  assert.equal(
    cells(csiDriverKind, of({ tokenRequests: [{ audience: "a" }, { audience: "b" }] }))["TokenRequests"],
    "a,b",
  );
  const seconds = (expirationSeconds: number) =>
    of({ tokenRequests: [{ audience: "a", expirationSeconds }] });
  const expiration = "FieldValueInvalid spec.tokenRequests[0].expirationSeconds";
  allRefused(csiDriverKind, [
    [{ ...of(), metadata: { name: "CSI" } }, "FieldValueInvalid metadata.name"],
    [{ ...of(), metadata: { name: "a_b" } }, "FieldValueInvalid metadata.name"],
    [of({ fsGroupPolicy: "Always" }), "FieldValueNotSupported spec.fsGroupPolicy"],
    [of({ volumeLifecycleModes: ["Short"] }), "FieldValueNotSupported spec.volumeLifecycleModes"],
    [
      of({ volumeLifecycleModes: ["a", "b"] }),
      "FieldValueNotSupported spec.volumeLifecycleModes",
      "FieldValueNotSupported spec.volumeLifecycleModes",
    ],
    [
      of({ tokenRequests: [{ audience: "a" }, { audience: "a" }] }),
      "FieldValueDuplicate spec.tokenRequests[1].audience",
    ],
    [of({ tokenRequests: [{}, {}] }), "FieldValueDuplicate spec.tokenRequests[1].audience"],
    [seconds(599), expiration],
    [seconds(0), expiration],
    [seconds(2 ** 32 + 1), expiration],
    [
      of({ nodeAllocatableUpdatePeriodSeconds: 9 }),
      "FieldValueInvalid spec.nodeAllocatableUpdatePeriodSeconds",
    ],
  ]);
  const changed = (spec: object) => causesOfUpdate(csiDriverKind, of(spec), of());
  assert.deepEqual(changed({ attachRequired: false }), ["FieldValueInvalid spec.attachedRequired"]);
  assert.deepEqual(changed({ volumeLifecycleModes: ["Ephemeral"] }), [
    "FieldValueInvalid spec.volumeLifecycleModes",
  ]);
  assert.deepEqual(
    changed({ podInfoOnMount: true, storageCapacity: true, fsGroupPolicy: "File", requiresRepublish: true }),
    [],
  );
});

test("csi node", () => {
  const driver = { name: "csi.example", nodeID: "1" };
  const of = (...drivers: object[]) => ({ spec: { drivers } });
  assert.deepEqual(
    messagesOf(csiNodeKind, of({ ...driver, topologyKeys: ["zone"], allocatable: { count: 3 } })),
    [],
  );
  assert.equal(cells(csiNodeKind, of(driver))["Drivers"], 1);
  assert.equal(cells(csiNodeKind, {})["Drivers"], 0);
  const at = "spec.drivers[0]";
  allRefused(csiNodeKind, [
    [of({ nodeID: "1" }), `FieldValueRequired ${at}.name`],
    [of({ ...driver, name: "a b" }), `FieldValueInvalid ${at}.name`],
    [of({ ...driver, name: "a".repeat(64) }), `FieldValueTooLong ${at}.name`],
    [of({ name: "a" }), `FieldValueRequired ${at}.nodeID`],
    [of({ ...driver, nodeID: "x".repeat(257) }), `FieldValueInvalid ${at}.nodeID`],
    [of({ ...driver, allocatable: { count: -1 } }), `FieldValueInvalid ${at}.allocatable.count`],
    [of(driver, driver), "FieldValueDuplicate spec.drivers[1].name"],
    [of({ ...driver, topologyKeys: [""] }), `FieldValueRequired ${at}`, `FieldValueInvalid ${at}`],
    [of({ ...driver, topologyKeys: ["a", "a"] }), `FieldValueDuplicate ${at}`],
    [of({ ...driver, topologyKeys: ["a b"] }), `FieldValueInvalid ${at}`],
    [{ ...of(driver), metadata: { name: "A" } }, "FieldValueInvalid metadata.name"],
  ]);
  assert.deepEqual(causesOfUpdate(csiNodeKind, of({ ...driver, nodeID: "2" }), of(driver)), [
    "FieldValueInvalid spec.drivers",
  ]);
  assert.deepEqual(causesOfUpdate(csiNodeKind, of({ ...driver, name: "other" }), of(driver)), []);
});

test("csi storage capacity", () => {
  const of = (more: object = {}) => ({ storageClassName: "fast", ...more });
  const expression = (one: object) => of({ nodeTopology: { matchExpressions: [one] } });
  const at = "nodeTopology.matchExpressions[0]";
  assert.deepEqual(
    messagesOf(csiStorageCapacityKind, of({ capacity: "10Gi", nodeTopology: { matchLabels: { a: "b" } } })),
    [],
  );
  assert.deepEqual(Object.values(cells(csiStorageCapacityKind, of({ capacity: "10Gi" }))), [
    "test",
    "fast",
    "10Gi",
  ]);
  allRefused(csiStorageCapacityKind, [
    [{}, "FieldValueInvalid storageClassName"],
    [of({ storageClassName: "A" }), "FieldValueInvalid storageClassName"],
    [of({ storageClassName: "a/b" }), "FieldValueInvalid storageClassName"],
    [of({ capacity: "-1" }), "FieldValueInvalid capacity"],
    [of({ nodeTopology: { matchLabels: { "a b": "c" } } }), "FieldValueInvalid nodeTopology.matchLabels"],
    [of({ nodeTopology: { matchLabels: { a: "b c" } } }), "FieldValueInvalid nodeTopology.matchLabels"],
    [expression({ key: "a", operator: "In" }), `FieldValueRequired ${at}.values`],
    [expression({ key: "a", operator: "Exists", values: ["b"] }), `FieldValueForbidden ${at}.values`],
    [expression({ key: "a", operator: "Near" }), `FieldValueInvalid ${at}.operator`],
    [expression({ key: "a b", operator: "Exists" }), `FieldValueInvalid ${at}.key`],
    [of({ metadata: { name: "A" } }), "FieldValueInvalid metadata.name"],
  ]);
  const changed = (more: object) => causesOfUpdate(csiStorageCapacityKind, of(more), of({ capacity: "1" }));
  assert.deepEqual(changed({ capacity: "2" }), []);
  assert.deepEqual(changed({ storageClassName: "slow" }), ["FieldValueInvalid storageClassName"]);
  assert.deepEqual(changed({ nodeTopology: {} }), ["FieldValueInvalid nodeTopology"]);
});

test("volume attributes class", () => {
  const of = (more: object = {}) => ({ driverName: "csi.example", parameters: { iops: "100" }, ...more });
  assert.deepEqual(messagesOf(volumeAttributesClassKind, of()), []);
  assert.equal(cells(volumeAttributesClassKind, of())["DriverName"], "csi.example");
  allRefused(volumeAttributesClassKind, [
    [{}, "FieldValueRequired driverName", "FieldValueRequired parameters"],
    [of({ driverName: "" }), "FieldValueRequired driverName"],
    [of({ driverName: "a b" }), "FieldValueInvalid driverName"],
    [of({ driverName: "a/b/c" }), "FieldValueInvalid driverName"],
    [of({ driverName: "/a" }), "FieldValueInvalid driverName"],
    [of({ driverName: "a/" }), "FieldValueInvalid driverName"],
    [of({ parameters: undefined }), "FieldValueRequired parameters"],
    [of({ parameters: {} }), "FieldValueRequired parameters"],
    [of({ parameters: { "": "a" } }), "FieldValueInvalid parameters"],
    [of({ parameters: many }), "FieldValueTooLong parameters"],
    [of({ parameters: { a: "x".repeat(256 * 1024) } }), "FieldValueTooLong parameters"],
  ]);
  const changed = (more: object) => causesOfUpdate(volumeAttributesClassKind, of(more), of());
  assert.deepEqual(changed({ driverName: "other" }), ["FieldValueForbidden driverName"]);
  assert.deepEqual(changed({ parameters: { iops: "200" } }), ["FieldValueForbidden parameters"]);
  assert.deepEqual(changed({ metadata: { labels: { a: "b" } } }), []);
});
