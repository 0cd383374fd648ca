/** Whatever the boards are like: moving ends, and never takes what it gave. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom, type Random } from "@kubus/shared/chance/random.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { aNode, aPod, at, start } from "../../controllers/testing/builders.ts";
import { isClearlyBetter, movesTo } from "./moves.ts";
import type { View } from "./view.ts";

const hour = 3_600;

const aBoard = (name: string, since: number) =>
  aNode(name, {
    status: { conditions: [{ type: "Ready", status: "True", lastTransitionTime: at(since) }] },
  });

interface Place {
  readonly owner: string;
  readonly node: string;
  readonly madeAt?: number;
}

const podOf = ({ owner, node, madeAt = 0 }: Place, i: number): Pod =>
  aPod(`pod-${i}`, {
    meta: {
      uid: `uid-${i}`,
      creationTimestamp: at(madeAt),
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid: owner, controller: true },
      ],
    },
    spec: { nodeName: node },
    status: { phase: "Running" },
  });

const viewOf = (nodes: View["nodes"], pods: readonly Pod[]): View => ({
  nodes,
  pods,
  ownerOf: () => undefined,
  deploymentOf: () => undefined,
  namespaceOf: () => undefined,
  budgets: [],
  outlook: () => assert.fail("nobody asks"),
  lastMove: undefined,
  now: start + 2 * hour * 1_000,
});

/** The sum that every move makes smaller. */
function unevenness(pods: readonly Pod[]): number {
  const squares = (keyOfPod: (pod: Pod) => string) =>
    [...Map.groupBy(pods, keyOfPod).values()].reduce((sum, { length }) => sum + length ** 2, 0);
  const node = ({ spec }: Pod) => spec.nodeName ?? "";
  return 2 * squares((pod) => `${node(pod)} ${pod.metadata.ownerReferences?.[0]?.uid ?? ""}`) + squares(node);
}

function aRandomRoom(random: Random) {
  const upTo = (n: number) => Math.floor(random.next() * n);
  const nodes = Array.from({ length: 2 + upTo(5) }, (_, i) => aBoard(`board-${i}`, upTo(3) * 1_000));
  const owners = 1 + upTo(5);
  const pods = Array.from({ length: upTo(40) }, (_, i) =>
    podOf({ owner: `owner-${upTo(owners)}`, node: `board-${upTo(nodes.length)}`, madeAt: upTo(3_000) }, i),
  );
  const newcomers = nodes
    .filter(() => random.next() < 0.5)
    .map(({ metadata: { name }, status }) => ({
      name,
      since: Date.parse(status?.conditions?.[0]?.lastTransitionTime ?? ""),
    }));
  return { nodes, pods, newcomers };
}

test("INVARIANT: every move makes the spread more even, so that moving ends, and no pod is moved twice", () => {
  const random = seededRandom(7);
  let moved = 0;
  for (let round = 0; round < 1_000; round += 1) {
    const { nodes, newcomers, pods: first } = aRandomRoom(random);
    let pods: readonly Pod[] = first;
    for (let steps = 0; ; steps += 1) {
      const moves = [...movesTo(newcomers, viewOf(nodes, pods), () => true)];
      const move = moves[Math.floor(random.next() * moves.length)];
      if (move === undefined) break;
      const before = unevenness(pods);
      const rest = pods.filter((pod) => pod !== move.pod);
      const { owner, to } = { owner: move.pod.metadata.ownerReferences?.[0]?.uid ?? "", to: move.to };
      pods = [...rest, podOf({ owner, node: to, madeAt: 2 * hour }, 1_000 + steps)];
      assert.ok(unevenness(pods) < before, `round ${round}: ${before} → ${unevenness(pods)}`);
      assert.ok(steps <= first.length, "no more moves than there were pods");
      moved += 1;
    }
  }
  assert.ok(moved > 500, `the rooms are worth it: ${moved} moves`);
});

test("a move counts from a difference of two on", () => {
  const table: readonly (readonly [ofOwner: number, inAll: number, isBetter: boolean])[] = [
    [2, 0, true],
    [2, -1, false],
    [1, 2, true],
    [1, 1, false],
    [0, 9, false],
    [3, 3, true],
  ];
  for (const [ofOwner, inAll, isBetter] of table) {
    assert.equal(isClearlyBetter({ ofOwner, inAll }), isBetter, `${ofOwner} ${inAll}`);
  }
});

test("boards that came together have nothing to give each other", () => {
  const gives = (apart: number) => {
    const nodes = [aBoard("old", hour - apart), aBoard("new", hour)];
    const pods = [0, 1, 2, 3].map((i) => podOf({ owner: "web", node: "old" }, i));
    const target = { name: "new", since: start + hour * 1_000 };
    return [...movesTo([target], viewOf(nodes, pods), () => true)].length > 0;
  };
  assert.deepEqual([gives(0), gives(4), gives(5)], [false, false, true]);
});

test("the youngest goes, of those that were there before the newcomer", () => {
  const nodes = [aBoard("old", 0), aBoard("new", hour)];
  const places = [10, 30, 20, hour + 1].map((madeAt): Place => ({ owner: "web", node: "old", madeAt }));
  const view = viewOf(nodes, places.map(podOf));
  const names = (mayGo: (pod: Pod) => boolean) =>
    [...movesTo([{ name: "new", since: start + hour * 1_000 }], view, mayGo)].map(
      ({ pod }) => pod.metadata.name,
    );
  assert.deepEqual(
    names(() => true),
    ["pod-1"],
  );
  assert.deepEqual(
    names(({ metadata }) => metadata.name !== "pod-1"),
    ["pod-2"],
  );
});
