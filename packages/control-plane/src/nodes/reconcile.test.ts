import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Taint } from "@kubus/shared/api/node.ts";
import type { Pod, Toleration } from "@kubus/shared/api/pod.ts";
import type { Effect } from "../controllers/engine/plan.ts";
import type { NodeLife } from "./life.ts";
import { reconcile } from "./reconcile.ts";

const now = Date.UTC(2026, 0, 1, 12);
const metadata = (name: string) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: "7",
  creationTimestamp: "2026-01-01T00:00:00Z",
});

function aNode({
  ready = "True",
  reason = "AgentReady",
  taints,
  lostAt,
  ailments = [],
}: {
  ready?: "True" | "False" | "Unknown";
  reason?: string;
  taints?: Taint[];
  lostAt?: number[];
  ailments?: string[];
} = {}): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      ...metadata("board-1"),
      ...(lostAt === undefined ? {} : { annotations: { "kubus.io/lost-at": lostAt.join(",") } }),
    },
    spec: taints === undefined ? {} : { taints },
    status: {
      conditions: [
        { type: "MemoryPressure", status: "False" },
        { type: "Ready", status: ready, reason },
        ...ailments.map((type) => ({ type, status: "True" as const, message: "84 °C" })),
      ],
    },
  };
}

const aPod = (name: string, tolerations: Toleration[] = []): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...metadata(name), namespace: "default" },
  spec: { nodeName: "board-1", containers: [], tolerations },
  status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
});

const tolerates = (seconds?: number): Toleration => ({
  key: "node.kubernetes.io/unreachable",
  operator: "Exists",
  effect: "NoExecute",
  ...(seconds === undefined ? {} : { tolerationSeconds: seconds }),
});

/** The plan in a few words. */
function check(life: NodeLife, options: { node?: Node; pods?: Pod[]; hasWitness?: boolean } = {}) {
  const { node = aNode(), pods = [], hasWitness = true } = options;
  const { effects, requeueAfterMs } = reconcile({ node, life, pods, hasWitness, now });
  return [...effects.map(inWords), ...(requeueAfterMs === undefined ? [] : [`again in ${requeueAfterMs}`])];
}

function inWords(effect: Effect): string {
  switch (effect.type) {
    case "writeStatus": {
      const { conditions } = effect.status as {
        conditions: { type: string; status: string; reason?: string }[];
      };
      const evicted = conditions.find(({ type }) => type === "DisruptionTarget");
      if (evicted !== undefined) return `mark ${effect.target.name} ${evicted.reason ?? ""}`;
      const ready = conditions.find(({ type }) => type === "Ready");
      return `${effect.target.name} ${ready?.status ?? ""} ${ready?.reason ?? ""} of ${conditions.length}`;
    }
    case "patch": {
      const { taints } = (effect.patch as { spec: { taints: Taint[] | null } }).spec;
      return `taints ${(taints ?? []).map(({ key, effect: what }) => `${key.split("/")[1] ?? ""}:${what}`).join(" ")}`;
    }
    case "recordEvent":
      return `event ${effect.reason}`;
    default:
      return `${effect.type} ${"target" in effect ? effect.target.name : ""}`;
  }
}

test("a ready node that is ready needs nothing", () => {
  assert.deepEqual(check("ready"), []);
});

test("a lost board: NotReady, both taints, pods deleted at once", () => {
  assert.deepEqual(check("unreachable", { pods: [aPod("a"), aPod("b", [tolerates(0)])] }), [
    "board-1 Unknown BoardUnreachable of 2",
    "event NodeNotReady",
    "taints unreachable:NoSchedule unreachable:NoExecute",
    "delete a",
    "delete b",
    "mark a DeletionByTaintManager",
    "mark b DeletionByTaintManager",
  ]);
});

test("tolerations are honoured: later, or never; such pods count as not ready meanwhile", () => {
  const taints: Taint[] = [
    { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
    {
      key: "node.kubernetes.io/unreachable",
      effect: "NoExecute",
      timeAdded: new Date(now - 60_000).toISOString(),
    },
  ];
  const node = aNode({ ready: "Unknown", reason: "BoardUnreachable", taints });
  const pods = [aPod("bare", [tolerates(300)]), aPod("loyal", [tolerates()]), aPod("due", [tolerates(60)])];
  assert.deepEqual(check("unreachable", { node, pods }), [
    "delete due",
    "mark due DeletionByTaintManager",
    "bare False NodeNotReady of 1",
    "loyal False NodeNotReady of 1",
    "again in 240000",
  ]);
});

test("INVARIANT: nothing is evicted unless another board is heard", () => {
  const words = check("unreachable", { pods: [aPod("a")], hasWitness: false });
  assert.deepEqual(
    words.filter((word) => word.startsWith("delete")),
    [],
  );
});

test("an agent that stopped: NotReady and NoSchedule, and every pod stays", () => {
  assert.deepEqual(check("agentStopped", { pods: [aPod("a")] }), [
    "board-1 False AgentStopped of 2",
    "event NodeNotReady",
    "taints not-ready:NoSchedule",
  ]);
});

test("an agent that stays away: its pods are moved", () => {
  const node = aNode({
    ready: "False",
    reason: "AgentStopped",
    taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }],
  });
  assert.deepEqual(check("agentLost", { node, pods: [aPod("a")] }), [
    "board-1 Unknown AgentStopped of 2",
    "taints unreachable:NoSchedule unreachable:NoExecute",
    "delete a",
    "mark a DeletionByTaintManager",
  ]);
});

test("a board that returns: Ready, own taints gone, the user's kept", () => {
  const node = aNode({
    ready: "Unknown",
    reason: "BoardUnreachable",
    taints: [
      { key: "mine", effect: "NoSchedule" },
      { key: "node.kubernetes.io/unreachable", effect: "NoExecute" },
    ],
  });
  assert.deepEqual(check("ready", { node }), [
    "board-1 True AgentReady of 2",
    "event NodeReady",
    "taints undefined:NoSchedule".replace("undefined", ""),
  ]);
});

test("doubt and ignorance change nothing", () => {
  for (const life of ["suspect", "unobserved"] as const) {
    assert.deepEqual(check(life, { node: aNode({ ready: "Unknown" }), pods: [aPod("a")] }), []);
  }
});

test("a flapping board gets nothing new for a while", () => {
  const node = aNode({ lostAt: [now - 240_000, now - 120_000, now - 60_000] });
  assert.deepEqual(check("ready", { node }), ["taints flapping:PreferNoSchedule", "again in 60000"]);
  const calm = aNode({ lostAt: [now - 310_000, now - 120_000, now - 60_000] });
  assert.deepEqual(check("ready", { node: calm }), []);
});

test("a user's NoExecute taint on a ready node needs no witness", () => {
  const node = aNode({ taints: [{ key: "repair", effect: "NoExecute" }] });
  assert.deepEqual(check("ready", { node, pods: [aPod("a")], hasWitness: false }), [
    "mark a DeletionByTaintManager",
    "delete a",
  ]);
});

test("a cordoned node is tainted as in Kubernetes", () => {
  const node = { ...aNode(), spec: { unschedulable: true } };
  assert.deepEqual(check("ready", { node }), ["taints unschedulable:NoSchedule"]);
});

test("a board that is too hot or short of voltage is avoided, and told of; both end with the condition", () => {
  const node = aNode({ ailments: ["Overheated", "UnderVoltage", "Throttled"] });
  assert.deepEqual(check("ready", { node }), [
    "taints overheated:PreferNoSchedule under-voltage:PreferNoSchedule",
    "event NodeOverheated",
    "event NodeUnderVoltage",
  ]);
  const cool = aNode({
    taints: [
      { key: "kubus.io/overheated", effect: "PreferNoSchedule" },
      { key: "mine", effect: "NoSchedule" },
    ],
  });
  assert.deepEqual(check("ready", { node: cool }), ["taints :NoSchedule", "event NodeCooledDown"]);
});

test("a hot board that is tainted already needs nothing", () => {
  const taints: Taint[] = [{ key: "kubus.io/overheated", effect: "PreferNoSchedule" }];
  assert.deepEqual(check("ready", { node: aNode({ ailments: ["Overheated"], taints }) }), []);
});
