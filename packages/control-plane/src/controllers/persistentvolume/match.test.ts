/** Which volume a claim gets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersistentVolume, PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import { aNode } from "../testing/builders.ts";
import { isReachable, volumeFor } from "./match.ts";
import { aClaim, aVolume, onBoard } from "./testing/builders.ts";

const [board1, board2] = [aNode("board-1"), aNode("board-2")];
const chosen = (claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[], node = board1) =>
  [volumeFor(claim, volumes), volumeFor(claim, volumes, node)].map((volume) => volume?.metadata.name);
const sized = (name: string, storage: string, spec: PersistentVolume["spec"] = {}) =>
  aVolume(name, { spec: { ...spec, capacity: { storage } } });

test("gets the smallest volume that is large enough, and of equals the first by name", () => {
  const volumes = [sized("huge", "10Gi"), sized("small", "512Mi"), sized("b", "2Gi"), sized("a", "2048Mi")];
  assert.deepEqual(chosen(aClaim("data"), volumes), ["a", "a"]);
});

test("gets no volume that can do more than it asks for while another one does", () => {
  const rich = sized("rich", "1Gi", { accessModes: ["ReadWriteOnce", "ReadOnlyMany"] });
  assert.deepEqual(chosen(aClaim("data"), [rich, sized("plain", "8Gi")]), ["plain", "plain"]);
  assert.deepEqual(chosen(aClaim("data"), [rich]), ["rich", "rich"]);
});

const misfits: Readonly<Record<string, PersistentVolume>> = {
  "too small": sized("v", "1023Mi"),
  "another class": aVolume("v", { spec: { storageClassName: "fast" } }),
  "another class by the old annotation": aVolume("v", {
    meta: { annotations: { "volume.beta.kubernetes.io/storage-class": "fast" } },
  }),
  "another way of access": aVolume("v", { spec: { accessModes: ["ReadOnlyMany"] } }),
  "a block device": aVolume("v", { spec: { volumeMode: "Block" } }),
  "somebody else's": aVolume("v", { spec: { claimRef: { namespace: "default", name: "other" } } }),
  "kept for a claim of this name that is no more": aVolume("v", {
    spec: { claimRef: { namespace: "default", name: "data", uid: "uid-earlier" } },
  }),
  "kept for a claim of this name elsewhere": aVolume("v", {
    spec: { claimRef: { namespace: "shop", name: "data" } },
  }),
  "not available yet": aVolume("v", { status: { phase: "Pending" } }),
  released: aVolume("v", { status: { phase: "Released" } }),
  "about to go": aVolume("v", { meta: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
  "of other attributes": aVolume("v", { spec: { volumeAttributesClassName: "gold" } }),
};
for (const [what, volume] of Object.entries(misfits)) {
  test(`a volume that is ${what} is not given`, () => {
    assert.deepEqual(chosen(aClaim("data"), [volume]), [undefined, undefined]);
  });
}

test("a selector means labels of volumes", () => {
  const claim = aClaim("data", { spec: { selector: { matchLabels: { disk: "ssd" } } } });
  const ssd = aVolume("ssd", { meta: { labels: { disk: "ssd" } } });
  assert.deepEqual(chosen(claim, [aVolume("a")]), [undefined, undefined]);
  assert.deepEqual(chosen(claim, [aVolume("a"), ssd]), ["ssd", "ssd"]);
});

test("a volume that is kept for the claim comes first, whatever its class and its ways of access", () => {
  const kept = (claimRef: object) =>
    aVolume("kept", {
      spec: { claimRef: { namespace: "default", name: "data", ...claimRef }, storageClassName: "odd" },
    });
  assert.deepEqual(chosen(aClaim("data"), [aVolume("a"), kept({})]), ["kept", "kept"]);
  assert.deepEqual(chosen(aClaim("data"), [aVolume("a"), kept({ uid: "uid-data" })]), ["kept", "kept"]);
});

test("a claim that names a volume gets that one or none", () => {
  const claim = aClaim("data", { spec: { volumeName: "b" } });
  assert.deepEqual(chosen(claim, [aVolume("a"), aVolume("b")]), ["b", "b"]);
  assert.deepEqual(chosen(claim, [aVolume("a")]), [undefined, undefined]);
});

test("a board gets only what it reaches; a kept volume that it does not reach excludes the others", () => {
  const far = aVolume("far", { spec: onBoard("board-2") });
  assert.deepEqual(chosen(aClaim("data"), [far], board1), ["far", undefined]);
  assert.deepEqual(chosen(aClaim("data"), [far], board2), ["far", "far"]);
  const claimRef = { namespace: "default", name: "data" };
  const keptFar = aVolume("kept", { spec: { ...onBoard("board-2"), claimRef } });
  assert.deepEqual(chosen(aClaim("data"), [aVolume("a"), keptFar], board1), ["kept", undefined]);
});

test("a volume is reached from the boards that one of its terms means, without terms from all", () => {
  const reached = (volume: PersistentVolume) => [board1, board2].map((node) => isReachable(volume, node));
  assert.deepEqual(reached(aVolume("v")), [true, true]);
  assert.deepEqual(reached(aVolume("v", { spec: onBoard("board-2") })), [false, true]);
  const nodeSelectorTerms = ["board-1", "board-2"].map((name) => ({
    matchFields: [{ key: "metadata.name", operator: "In" as const, values: [name] }],
  }));
  assert.deepEqual(reached(aVolume("v", { spec: { nodeAffinity: { required: { nodeSelectorTerms } } } })), [
    true,
    true,
  ]);
  assert.deepEqual(
    reached(aVolume("v", { spec: { nodeAffinity: { required: { nodeSelectorTerms: [{}] } } } })),
    [false, false],
  );
});
