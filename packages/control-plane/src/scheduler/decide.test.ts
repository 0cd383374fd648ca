/** Where pods may be, where they should be, and what is said when they can be nowhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodSpec } from "@kubus/shared/api/pod.ts";
import { aNode, aPod, aReplicaSet, at } from "../controllers/testing/builders.ts";
import { decide } from "./decide.ts";
import { aBoard, asking, check, zoned } from "./testing/boards.ts";
import { wantOf } from "./want.ts";

const tainted = (name: string, key: string, effect: "NoSchedule" | "NoExecute" | "PreferNoSchedule") =>
  aBoard(aNode(name, { spec: { taints: [{ key, effect }] } }));
const unreachable = "node.kubernetes.io/unreachable";

test("says why no board takes a pod, in Kubernetes' words, counted and in order", () => {
  const boards = [
    aBoard(aNode("cordoned", { spec: { unschedulable: true } })),
    tainted("lost", unreachable, "NoExecute"),
    aBoard(aNode("small", { status: { allocatable: { cpu: "1", memory: "1Gi", pods: "10" } } })),
    aBoard(aNode("tiny", { status: { allocatable: { cpu: "1", memory: "64Mi", pods: "0" } } })),
  ];
  check(
    asking({ cpu: "2", memory: "128Mi" }),
    boards,
    "0/4 nodes are available: 1 Insufficient memory, 1 Too many pods, 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 1 node(s) were unschedulable, 2 Insufficient cpu.",
  );
  check({}, [], "no nodes available to schedule pods");
});

test("tolerations lift taints, and the one for cordons lifts cordons", () => {
  check(
    { tolerations: [{ key: unreachable, operator: "Exists" }] },
    [tainted("lost", unreachable, "NoExecute")],
    "lost",
  );
  const cordoned = [aBoard(aNode("cordoned", { spec: { unschedulable: true } }))];
  check({ tolerations: [{ operator: "Exists" }] }, cordoned, "cordoned");
});

test("selectors, required affinity and host ports are kept to", () => {
  const plain = aBoard(aNode("plain"));
  const fast = aBoard(aNode("fast", { meta: { labels: { disk: "ssd", cores: "8" } } }));
  const term = (key: string, operator: "In" | "Gt" | "DoesNotExist" | "NotIn", values: string[] = []) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] }],
        },
      },
    },
  });
  const mismatch = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
  check({ nodeSelector: { disk: "ssd" } }, [plain, fast], "fast");
  check(term("cores", "Gt", ["4"]), [plain, fast], "fast");
  check(term("disk", "DoesNotExist"), [plain, fast], "plain");
  check(term("disk", "NotIn", ["ssd"]), [fast], mismatch);
  check({ nodeSelector: { disk: "ssd" } }, [plain], mismatch);
  const web = (name: string) => ({ name, image: "x", ports: [{ containerPort: 80, hostPort: 80 }] });
  const taken = aBoard(aNode("taken"), [aPod("old", { spec: { containers: [web("a")] } })]);
  check({ containers: [web("b")] }, [taken, plain], "plain");
  check(
    { containers: [web("b")] },
    [taken],
    "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  );
});

test("replicas of one owner go to different boards, even to fuller ones", () => {
  const owner = aReplicaSet("web");
  const sibling = aPod("web-1", { owner });
  const others = ["a", "b", "c"].map((name) => aPod(name));
  const boards = [aBoard(aNode("board-1"), [sibling]), aBoard(aNode("board-2"), others)];
  const decision = decide(aPod("web-2", { owner }), boards);
  assert.equal(decision.type === "bind" && decision.node, "board-2");
});

test("of boards that suit alike the emptier one is taken, then the first by name", () => {
  const busy = aBoard(aNode("a-busy"), [aPod("one", { spec: asking({ cpu: "3" }) })]);
  check({}, [busy, aBoard(aNode("c")), aBoard(aNode("b"))], "b");
});

test("boards that would rather not are taken last, preferred ones first", () => {
  check({}, [tainted("a-shy", "busy", "PreferNoSchedule"), aBoard(aNode("b"))], "b");
  check({}, [tainted("a-shy", "busy", "PreferNoSchedule")], "a-shy");
  const preference = { matchExpressions: [{ key: "disk", operator: "In" as const, values: ["ssd"] }] };
  const preferredDuringSchedulingIgnoredDuringExecution = [{ weight: 10, preference }];
  const fast = aBoard(aNode("z-fast", { meta: { labels: { disk: "ssd" } } }));
  check(
    { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution } } },
    [aBoard(aNode("b")), fast],
    "z-fast",
  );
});

const term = (app: string, topologyKey = "zone") => ({
  labelSelector: { matchLabels: { app } },
  topologyKey,
});
const required = (...terms: object[]) => ({ requiredDuringSchedulingIgnoredDuringExecution: terms });

test("pods that seek each other come together; the first of its own kind may be anywhere", () => {
  const boards = [zoned("a", "north"), zoned("b", "south", "db"), zoned("c", "south")];
  check({ affinity: { podAffinity: required(term("db")) } }, boards, "c");
  check({ affinity: { podAffinity: required(term("db", "kubernetes.io/hostname")) } }, boards, "b");
  check({ affinity: { podAffinity: required(term("web")) } }, boards, "a");
  const none = "0/3 nodes are available: 3 node(s) didn't match pod affinity rules.";
  check({ affinity: { podAffinity: required(term("other")) } }, boards, none);
});

test("pods that avoid each other stay apart, whoever of them says so", () => {
  const boards = [zoned("a", "north", "web"), zoned("b", "south")];
  check({ affinity: { podAntiAffinity: required(term("web")) } }, boards, "b");
  const none = "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.";
  check({ affinity: { podAntiAffinity: required(term("web")) } }, boards.slice(0, 1), none);
  const shy = aPod("shy", {
    meta: { labels: {} },
    spec: { affinity: { podAntiAffinity: required(term("web")) } },
  });
  const guarded = aBoard(aNode("g", { meta: { labels: { zone: "west" } } }), [shy]);
  check(
    {},
    [guarded],
    "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
  );
});

test("wishes about neighbours are followed where they can be", () => {
  const wish = (weight: number, app: string) => ({
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: term(app) }],
  });
  const boards = [zoned("a", "north"), zoned("b", "south", "db")];
  check({ affinity: { podAffinity: wish(10, "db") } }, boards, "b");
  check({ affinity: { podAntiAffinity: wish(10, "db") } }, boards, "a");
});

test("spreads over domains as evenly as demanded, and as wished where it is only a wish", () => {
  const spread = (whenUnsatisfiable: string) => ({
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable, labelSelector: { matchLabels: { app: "web" } } },
    ],
  });
  const boards = [
    zoned("a", "north", "web", "web"),
    zoned("b", "north"),
    zoned("c", "south", "web", "x", "x", "x"),
  ];
  check(spread("DoNotSchedule"), boards, "c");
  check(spread("ScheduleAnyway"), boards.slice(1), "b");
  const full = aBoard(aNode("c", { spec: { unschedulable: true }, meta: { labels: { zone: "south" } } }));
  check(
    spread("DoNotSchedule"),
    [zoned("a", "north", "web"), full, aBoard(aNode("d"))],
    "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) were unschedulable.",
  );
});

test("leaves alone what is not its own to place", () => {
  const boards = [aBoard(aNode("a"))];
  check({ nodeName: "b" }, boards, "none");
  check({ schedulerName: "mine" }, boards, "none");
  check({ schedulingGates: [{ name: "wait" }] }, boards, "gated");
  assert.equal(decide(aPod("ending", { meta: { deletionTimestamp: at(1) } }), boards).type, "none");
  assert.equal(decide(undefined, boards).type, "none");
});

test("a pod asks for the sum of its containers, or for its largest init container, beside its sidecars", () => {
  const container = (name: string, cpu: string, restartPolicy?: "Always") => ({
    name,
    image: "x",
    resources: { requests: { cpu } },
    ...(restartPolicy === undefined ? {} : { restartPolicy }),
  });
  const cpu = (spec: Partial<PodSpec>) => wantOf(aPod("p", { spec })).requests.get("cpu");
  assert.equal(cpu({ containers: [container("a", "100m"), container("b", "200m")] }), 300);
  assert.equal(cpu({ containers: [container("a", "100m")], initContainers: [container("i", "1")] }), 1_000);
  assert.equal(cpu({ containers: [container("a", "1.1")] }), 1_100);
  const initContainers = [container("side", "50m", "Always"), container("i", "200m")];
  assert.equal(cpu({ containers: [container("a", "100m")], initContainers }), 250);
});
