/** Scores of heat, power and work, and what they come to beside the others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import { replicaSetController } from "../controllers/replicaset/controller.ts";
import { aNode, aPod, aReplicaSet } from "../controllers/testing/builders.ts";
import { aCluster } from "../controllers/testing/cluster.ts";
import { nodeKind, podKind, replicaSetKind } from "../kinds/index.ts";
import { boardOf, emptyLoad } from "./board.ts";
import { boardScores } from "./board-scores.ts";
import { scores } from "./score.ts";
import { wantOf } from "./want.ts";

const want = wantOf(aPod("web"));

interface Says {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ill?: readonly string[];
  readonly images?: NonNullable<Node["status"]>["images"];
}

function aBoard(name: string, { annotations = {}, ill = [], images }: Says = {}): Node {
  const prefixed = Object.fromEntries(
    Object.entries(annotations).map(([key, to]) => [`kubus.io/${key}`, to]),
  );
  const conditions = ill.map((type): Condition => ({ type, status: "True" }));
  const status = {
    allocatable: { cpu: "4", memory: "8Gi", pods: "110" },
    conditions,
    ...(images === undefined ? {} : { images }),
  };
  return aNode(name, { meta: { annotations: prefixed }, status });
}

/** What each of the boards scores. */
function scored(name: string, boards: readonly Says[], pod = want): readonly number[] {
  const row = boardScores.find((one) => one.name === name) ?? assert.fail(`no score ${name}`);
  const all = boards.map((says, i) => boardOf(aBoard(`board-${i}`, says), emptyLoad));
  return all.map((board) => Math.round(row.score(pod, all)(board)));
}

const showing = (name: string, ...values: readonly string[]): readonly Says[] =>
  values.map((value) => ({ annotations: { [name]: value } }));

test("a board that says nothing of itself counts as well", () => {
  for (const name of ["temperature", "throttling", "underVoltage", "measuredLoad"]) {
    assert.deepEqual(scored(name, [{}]), [100], name);
  }
});

test("heat counts from twenty degrees below the limit, down to nothing at the limit", () => {
  const figures = showing("temperature-celsius", "35.0", "60.0", "65.0", "75.0", "80.0", "95.0", "?", "");
  assert.deepEqual(scored("temperature", figures), [100, 100, 75, 25, 0, 0, 100, 100]);
});

test("a board's own limit counts where it has one", () => {
  const annotations = { "temperature-celsius": "85.0", "heat-limit-celsius": "95" };
  assert.deepEqual(scored("temperature", [{ annotations }]), [50]);
});

test("a board that is still cooling down is lukewarm at best", () => {
  const annotations = { "temperature-celsius": "55.0" };
  assert.deepEqual(scored("temperature", [{ annotations, ill: ["Overheated"] }, { annotations }]), [50, 100]);
});

test("slow or short of voltage: nothing now, half a while after, all when it is over", () => {
  for (const [name, annotation, condition] of [
    ["throttling", "throttled", "Throttled"],
    ["underVoltage", "under-voltage", "UnderVoltage"],
  ] as const) {
    const says = (flag: string, ill: readonly string[] = []): Says => ({
      annotations: { [annotation]: flag },
      ill,
    });
    const boards = [says("true", [condition]), says("true"), says("false", [condition]), says("false")];
    assert.deepEqual(scored(name, boards), [0, 0, 50, 100]);
  }
});

test("the measured load is that of what is scarcest", () => {
  const boards: readonly Says[] = [
    { annotations: { "cpu-used-percent": "90", "memory-used-percent": "20" } },
    { annotations: { "cpu-used-percent": "5", "memory-used-percent": "70" } },
    { annotations: { "cpu-used-percent": "5", "memory-used-percent": "20", "pressure-percent": "85" } },
    { annotations: { "cpu-used-percent": "5", "memory-used-percent": "20", "pressure-percent": "0" } },
  ];
  assert.deepEqual(scored("measuredLoad", boards), [10, 30, 15, 80]);
});

test("an image that lies there already draws the pod, the more boards have it the more", () => {
  const megabytes = 1024 * 1024;
  const having: Says = { images: [{ names: ["registry/app:1"], sizeBytes: 900 * megabytes }] };
  const pod = wantOf(aPod("app", { spec: { containers: [{ name: "main", image: "registry/app:1" }] } }));
  assert.deepEqual(scored("imageLocality", [having, having, {}, {}], pod), [44, 44, 0, 0]);
  assert.deepEqual(scored("imageLocality", [having, {}, {}, {}], pod), [21, 0, 0, 0]);
  const small: Says = { images: [{ names: ["registry/app:1"], sizeBytes: 5 * megabytes }] };
  assert.deepEqual(scored("imageLocality", [small, {}], pod), [0, 0]);
  const untagged: Says = { images: [{ names: ["app:latest"], sizeBytes: 900 * megabytes }] };
  const plain = wantOf(aPod("plain", { spec: { containers: [{ name: "main", image: "app" }] } }));
  assert.deepEqual(scored("imageLocality", [untagged], plain), [90]);
});

test("a hot board with its taint loses more than spreading and counting pods can give", () => {
  const weightOf = (name: string) => scores.find((one) => one.name === name)?.weight ?? assert.fail(name);
  assert.ok(weightOf("temperature") + weightOf("untainted") > weightOf("spread") + weightOf("fewestPods"));
  assert.ok(weightOf("throttling") + weightOf("temperature") > weightOf("spread") + weightOf("fewestPods"));
});

test("replicas go to the cool boards, and to the hot one when nobody else can", async () => {
  const cluster = await aCluster([replicaSetController]);
  const add = async (node: Node) => {
    const { name, annotations = {}, labels = {} } = node.metadata;
    await cluster.objects.create(nodeKind, { metadata: { name, annotations, labels }, spec: node.spec });
    await cluster.objects.patch(nodeKind, { name }, { status: node.status }, "status");
  };
  const hot = aBoard("board-1", { annotations: { "temperature-celsius": "84.0" }, ill: ["Overheated"] });
  await add({ ...hot, spec: { taints: [{ key: "kubus.io/overheated", effect: "PreferNoSchedule" }] } });
  await add(aBoard("board-2"));
  await add(aBoard("board-3"));
  cluster.scheduler.start();
  const { spec } = aReplicaSet("web", { replicas: 6 });
  await cluster.create(replicaSetKind, { metadata: { name: "web", namespace: "default" }, spec });
  const counts = () =>
    ["board-1", "board-2", "board-3"].map((name) => cluster.cache.onNode(podKind, name).length);
  assert.deepEqual(counts(), [0, 3, 3]);
  for (const name of ["board-2", "board-3"]) {
    await cluster.objects.patch(nodeKind, { name }, { spec: { unschedulable: true } });
  }
  await cluster.objects.patch(
    replicaSetKind,
    { namespace: "default", name: "web" },
    { spec: { replicas: 8 } },
  );
  await cluster.rest();
  assert.deepEqual(counts(), [2, 3, 3]);
});
