/** What a claim comes to on a board, and in what words a pod waits for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { placeOf, placeOfClaim } from "./claims.ts";
import { foldersOf } from "./folders.ts";

const folders = foldersOf({ node: "board-1", stateDir: "/state", sharedFolder: "/shared" });
const meta = (name: string) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
});
const aVolume = (spec: PersistentVolume["spec"], provisioner?: string): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: {
    ...meta("pv"),
    ...(provisioner === undefined ? {} : { annotations: { "pv.kubernetes.io/provisioned-by": provisioner } }),
  },
  spec: { claimRef: { uid: "uid-data" }, ...spec },
});
const onBoard = (...values: readonly string[]): PersistentVolume["spec"] => ({
  nodeAffinity: {
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values }] }],
    },
  },
});
const aClaim = (more: Partial<PersistentVolumeClaim> = {}): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { ...meta("data"), namespace: "default" },
  spec: { volumeName: "pv" },
  status: { phase: "Bound" },
  ...more,
});

const provisioned = {
  local: { path: "/state/persistent-volumes/pvc-1_default_data" },
  ...onBoard("board-1"),
};
const table: Readonly<Record<string, readonly [PersistentVolume, object | RegExp]>> = {
  "a folder that was made for it": [
    aVolume(provisioned, "kubus.io/local-path"),
    { path: provisioned.local.path, type: "volume", gid: 7 },
  ],
  "a folder that every board sees": [
    aVolume({ hostPath: { path: "/shared/pvc-2", type: "DirectoryOrCreate" } }, "kubus.io/shared"),
    { path: "/shared/pvc-2", type: "volume", gid: 7 },
  ],
  "an administrator's disk": [
    aVolume({ local: { path: "/mnt/ssd" }, ...onBoard("board-1") }),
    { path: "/mnt/ssd", type: "Directory" },
  ],
  "an administrator's path": [
    aVolume({ hostPath: { path: "/mnt/x", type: "FileOrCreate" } }),
    { path: "/mnt/x", type: "FileOrCreate" },
  ],
  "a folder on another board, by its affinity": [
    aVolume({ ...provisioned, ...onBoard("board-2", "board-3") }, "kubus.io/local-path"),
    /volume "pv" is not on board board-1/,
  ],
  "a folder on another board, by its place": [
    aVolume(
      { local: { path: "/other/persistent-volumes/pvc-1" }, ...onBoard("board-1") },
      "kubus.io/local-path",
    ),
    /volume "pv" is not on board board-1/,
  ],
  "a shared folder that this board does not have": [
    aVolume({ hostPath: { path: "/elsewhere/pvc-2" } }, "kubus.io/shared"),
    /is in a shared folder, \/elsewhere\/pvc-2, that this board does not have/,
  ],
  "a network disk": [aVolume({ nfs: { server: "a", path: "/" } }), /is of a type that is not supported yet/],
  "a block device": [aVolume({ volumeMode: "Block", local: { path: "/dev/sda" } }), /is a block device/],
};
for (const [what, [volume, expected]] of Object.entries(table)) {
  test(`${what} is mounted or refused as such`, () => {
    if (expected instanceof RegExp) assert.throws(() => placeOf(volume, folders, 7), expected);
    else assert.deepEqual(placeOf(volume, folders, 7), expected);
  });
}

const aPodOfTheApi: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...meta("web"), namespace: "default" },
  spec: { containers: [] },
};
const found = (
  claim: PersistentVolumeClaim | undefined,
  volume: PersistentVolume | undefined,
  isOwn = false,
) => {
  const get = <T>(path: string) => {
    const object = path.endsWith("/persistentvolumeclaims/data") ? claim : volume;
    return object === undefined
      ? Promise.reject(new Refusal("notFound", "gone"))
      : Promise.resolve(object as T);
  };
  return placeOfClaim({ claim: "data", isOwn }, aPodOfTheApi, { api: { get }, ...folders });
};

test("a claim is its volume's folder once it has one", async () => {
  assert.deepEqual(await found(aClaim(), aVolume(provisioned, "kubus.io/local-path")), {
    path: provisioned.local.path,
    type: "volume",
  });
});

test("a pod waits for its claim in kubelet's words", async () => {
  const volume = aVolume(provisioned, "kubus.io/local-path");
  await assert.rejects(found(undefined, volume), /persistentvolumeclaim "data" not found/);
  await assert.rejects(found(aClaim(), undefined), /persistentvolume "pv" not found/);
  const processing = "error processing PVC default/data: ";
  const waits = (more: Partial<PersistentVolumeClaim>, isOwn = false) => found(aClaim(more), volume, isOwn);
  const bound = `${processing}PVC is not bound`;
  await assert.rejects(waits({ status: { phase: "Pending" } }), { message: bound });
  await assert.rejects(waits({ status: { phase: "Lost" } }), { message: bound });
  await assert.rejects(waits({ spec: {} }), { message: bound });
  const ending = { ...aClaim().metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
  await assert.rejects(waits({ metadata: ending }), {
    message: `${processing}can't start pod because PVC is being deleted`,
  });
  await assert.rejects(waits({ metadata: { ...aClaim().metadata, uid: "uid-new" } }), /is not the claim's/);
  await assert.rejects(waits({}, true), { message: `${processing}PVC was not created for pod` });
});
