/** Which boards reach what a pod stores, and what is said when none does. */
import { test } from "node:test";
import type { StorageClass } from "@kubus/shared/api/storage.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import { aClaim, aVolume, onBoard } from "../../controllers/persistentvolume/testing/builders.ts";
import { aMeta, aNode, aPod } from "../../controllers/testing/builders.ts";
import { surroundingsOf, type Surroundings } from "../surroundings/surroundings.ts";
import { aBoard, check } from "../testing/boards.ts";

const boards = ["a", "b"].map((name) =>
  aBoard(aNode(name, { meta: { labels: { "kubernetes.io/hostname": name, zone: `zone-${name}` } } })),
);

const aClass = (name: string, more: Partial<StorageClass> = {}): StorageClass => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: aMeta(name),
  provisioner: "kubernetes.io/no-provisioner",
  volumeBindingMode: "WaitForFirstConsumer",
  ...more,
});

const classes = [
  aClass("by-hand"),
  aClass("made", { provisioner: "kubus.io/local-path" }),
  aClass("made-in-b", {
    provisioner: "kubus.io/local-path",
    allowedTopologies: [{ matchLabelExpressions: [{ key: "zone", values: ["zone-b"] }] }],
  }),
  aClass("at-once", { provisioner: "kubus.io/local-path", volumeBindingMode: "Immediate" }),
];

function storing(
  claims: readonly PersistentVolumeClaim[],
  volumes: readonly PersistentVolume[] = [],
): Partial<Surroundings> {
  const named = <T extends { readonly metadata: { readonly name: string } }>(
    all: readonly T[],
    name: string,
  ) => all.find(({ metadata }) => metadata.name === name);
  return {
    storage: {
      claim: (_, name) => named(claims, name),
      volume: (name) => named(volumes, name),
      volumes: () => volumes,
      storageClass: (name) => named(classes, name),
    },
  };
}

const using = (...names: readonly string[]) => ({
  volumes: names.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
});
const ofClass = (name: string, storageClassName: string) =>
  aClaim(name, {
    spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage: "1Gi" } } },
  });
const bound = (name: string, volumeName: string) =>
  aClaim(name, {
    meta: { annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
    spec: { accessModes: ["ReadWriteOnce"], volumeName },
    status: { phase: "Bound" },
  });
const none = (text: string) => `0/2 nodes are available: ${text}.`;

test("a claim that is bound takes the pod to the boards that reach its volume", () => {
  const volumes = [aVolume("v", { spec: onBoard("b") }), aVolume("everywhere")];
  check(using("data"), boards, "b", { around: storing([bound("data", "v")], volumes) });
  check(using("data"), boards, "a", { around: storing([bound("data", "everywhere")], volumes) });
  check(
    using("data"),
    boards.slice(0, 1),
    "0/1 nodes are available: 1 node(s) had volume node affinity conflict.",
    {
      around: storing([bound("data", "v")], volumes),
    },
  );
  check(
    using("data"),
    boards,
    none("2 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"),
    { around: storing([bound("data", "gone")], volumes) },
  );
});

test("says of claims that are not there, ending, lost or not bound what Kubernetes says", () => {
  const preemption = "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";
  const table: readonly (readonly [PersistentVolumeClaim[], string])[] = [
    [[], 'persistentvolumeclaim "data" not found'],
    [
      [aClaim("data", { meta: { deletionTimestamp: "2026-01-01T00:00:00Z" } })],
      'persistentvolumeclaim "data" is being deleted',
    ],
    [
      [aClaim("data", { spec: { volumeName: "v" }, status: { phase: "Lost" } })],
      'persistentvolumeclaim "data" bound to non-existent persistentvolume "v"',
    ],
    [[ofClass("data", "at-once")], "pod has unbound immediate PersistentVolumeClaims"],
    [[ofClass("data", "unheard-of")], "pod has unbound immediate PersistentVolumeClaims"],
    [[aClaim("data")], "pod has unbound immediate PersistentVolumeClaims"],
  ];
  for (const [claims, text] of table)
    check(using("data"), boards, `${none(text)} ${preemption}`, { around: storing(claims) });
  check(
    { volumes: [{ name: "scratch", ephemeral: { volumeClaimTemplate: {} } }] },
    boards,
    none('waiting for ephemeral volume controller to create the persistentvolumeclaim "new-scratch"'),
    { around: storing([]) },
  );
});

test("a claim that waits for its first consumer may go where a volume is free, or can be made", () => {
  const classed = (name: string, board: string, storageClassName = "by-hand") =>
    aVolume(name, { spec: { ...aVolume(name).spec, storageClassName, ...onBoard(board) } });
  const noVolume = none("2 node(s) didn't find available persistent volumes to bind");
  check(using("data"), boards, "b", { around: storing([ofClass("data", "by-hand")], [classed("v", "b")]) });
  check(using("data"), boards, noVolume, { around: storing([ofClass("data", "by-hand")]) });
  check(using("data"), boards, "a", { around: storing([ofClass("data", "made")]) });
  check(using("data"), boards, "b", { around: storing([ofClass("data", "made-in-b")]) });
  const two = [ofClass("data", "by-hand"), ofClass("logs", "by-hand")];
  check(using("data", "logs"), boards, noVolume, { around: storing(two, [classed("v", "b")]) });
  check(using("data", "logs"), boards, "b", { around: storing(two, [classed("v", "b"), classed("w", "b")]) });
  check(using("data", "logs"), boards, noVolume, {
    around: storing(two, [classed("v", "a"), classed("w", "b")]),
  });
});

test("a board that was chosen for a claim stays chosen", () => {
  const claim = ofClass("data", "made");
  const annotations = { "volume.kubernetes.io/selected-node": "b" };
  const chosen = { ...claim, metadata: { ...claim.metadata, annotations } };
  check(using("data"), boards, "b", { around: storing([chosen]) });
});

test("a volume for one pod alone is not given to a second one", () => {
  const exclusive = aClaim("data", {
    meta: { annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
    spec: { accessModes: ["ReadWriteOncePod"], volumeName: "v" },
  });
  const around = storing([exclusive], [aVolume("v")]);
  check(using("data"), boards, "a", { around });
  const user = aPod("old", { spec: using("data") });
  const used = [...boards.slice(1), aBoard(aNode("c"), [user])];
  check(
    using("data"),
    used,
    none("2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"),
    { around: { ...around, usersOf: (claim: string) => surroundingsOf(used).usersOf(claim) } },
  );
  const lesser = aBoard(aNode("c"), [user]);
  check({}, [lesser], "c without old", {
    pod: aPod("new", { spec: { ...using("data"), priority: 10 } }),
    around,
  });
});
