/** Pods whose volumes are made or found where they go. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aNode } from "../../controllers/testing/builders.ts";
import {
  persistentVolumeClaimKind as claimKind,
  persistentVolumeKind as volumeKind,
  storageClassKind,
} from "../../kinds/index.ts";
import { placementLimits } from "../placement.machine.ts";
import { aScheduler } from "../testing/scheduler.ts";

const selectedNode = "volume.kubernetes.io/selected-node";
const target = { namespace: "default", name: "data" };

async function aStore() {
  const world = await aScheduler([aNode("board-1"), aNode("board-2")]);
  await world.create(storageClassKind, {
    metadata: { name: "local" },
    provisioner: "example.com/local",
    volumeBindingMode: "WaitForFirstConsumer",
  });
  const aClaim = () =>
    world.create(claimKind, {
      metadata: target,
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "local",
        resources: { requests: { storage: "1Gi" } },
      },
    });
  const claim = () => world.cache.get(claimKind, "default", "data") ?? assert.fail("no claim");
  const patchClaim = async (patch: object, subresource?: "status") => {
    await world.objects.patch(claimKind, target, patch, subresource);
    await world.rest();
  };
  return {
    ...world,
    aClaim,
    claim,
    chosen: () => claim().metadata.annotations?.[selectedNode],
    aUser: (name = "web") =>
      world.aPod(name, { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] }),
    /** As the controller of claims does when it has made a volume on that board. */
    bindClaim: async (board: string) => {
      await world.create(volumeKind, {
        metadata: { name: "made" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          capacity: { storage: "1Gi" },
          storageClassName: "local",
          hostPath: { path: "/data/made" },
          claimRef: { namespace: "default", name: "data", uid: claim().metadata.uid },
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [board] }] },
              ],
            },
          },
        },
      });
      await patchClaim({
        metadata: { annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
        spec: { volumeName: "made" },
      });
      await patchClaim({ status: { phase: "Bound" } }, "status");
    },
    patchClaim,
  };
}

test("chooses a board, tells the claim, and binds the pod when the claim is bound", async () => {
  const world = await aStore();
  await world.aClaim();
  await world.aUser();
  assert.equal(world.state("web"), "awaitingVolumes.watching");
  const board = world.chosen() ?? assert.fail("no board was chosen");
  assert.equal(world.placed("web"), "nowhere");
  await world.bindClaim(board);
  assert.equal(world.placed("web"), board);
});

test("the pod waits for a claim that is not there, and goes on when it comes", async () => {
  const world = await aStore();
  await world.aUser();
  assert.match(world.why("web"), /persistentvolumeclaim "data" not found/);
  await world.advance(60_000);
  await world.aClaim();
  assert.equal(world.state("web"), "awaitingVolumes.watching");
});

test("the room on the chosen board is kept for the pod while its claims are bound", async () => {
  const world = await aStore();
  await world.aClaim();
  const whole = { status: { allocatable: { pods: "1", cpu: "4", memory: "8Gi" } } };
  for (const name of ["board-1", "board-2"]) await world.patchNode(name, whole, "status");
  await world.aUser();
  await world.pods(["other-1", "other-2"]);
  const placed = ["other-1", "other-2"].map(world.placed).filter((name) => name !== "nowhere");
  assert.equal(placed.length, 1);
  assert.notEqual(placed[0], world.chosen());
});

test("chooses again when the board is taken off the claim", async () => {
  const world = await aStore();
  await world.aClaim();
  await world.aUser();
  const board = world.chosen() ?? "";
  await world.patchNode(board, { spec: { unschedulable: true } });
  await world.patchClaim({ metadata: { annotations: { [selectedNode]: null } } });
  assert.equal(world.condition("web")?.reason, "SchedulerError");
  await world.advance(1_000);
  assert.equal(world.state("web"), "awaitingVolumes.watching");
  assert.notEqual(world.chosen(), board);
});

test("says so when the claims are not bound in time, and tries again", async () => {
  const world = await aStore();
  await world.aClaim();
  await world.aUser();
  await world.advance(placementLimits.volumesMs);
  assert.deepEqual(world.events("FailedScheduling"), ["binding volumes: context deadline exceeded"]);
  await world.advance(1_000);
  assert.equal(world.state("web"), "awaitingVolumes.watching");
});

test("a server that takes over waits for the same claims on the same board", async () => {
  const world = await aStore();
  await world.aClaim();
  await world.aUser();
  const board = world.chosen() ?? "";
  await world.leadAnew();
  assert.equal(world.state("web"), "awaitingVolumes.watching");
  assert.equal(world.chosen(), board);
  await world.bindClaim(board);
  assert.equal(world.placed("web"), board);
});

test("a pod that is deleted while its claims are bound leaves its room", async () => {
  const world = await aStore();
  await world.aClaim();
  await world.aUser();
  await world.end("web");
  assert.equal(world.state("web"), undefined);
});
