/** What each filter objects to, in which words, and what may help. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodSpec } from "@kubus/shared/api/pod.ts";
import { aNode, aPod } from "../../controllers/testing/builders.ts";
import { filters } from "../filter.ts";
import { aBoard, asking, check, zoned } from "../testing/boards.ts";
import { requestsOf } from "../requests.ts";

const available = (count: number) => `0/${count} nodes are available:`;

test("every filter can be helped by a board that comes, and says whether it looks at others", () => {
  for (const { name, helpedBy } of filters) assert.ok(helpedBy.includes("boardCame"), name);
  assert.equal(new Set(filters.map(({ name }) => name)).size, filters.length);
});

test("room: every resource that a board names, and those it does not name at all", () => {
  const board = aBoard(
    aNode("a", {
      status: {
        allocatable: {
          cpu: "1",
          memory: "1Gi",
          "ephemeral-storage": "1Gi",
          "example.com/gpu": "1",
          pods: "3",
        },
      },
    }),
    [aPod("old", { spec: asking({ "example.com/gpu": "1", cpu: "500m" }) })],
  );
  const table: readonly (readonly [Record<string, string>, string])[] = [
    [{ cpu: "500m" }, "a"],
    [{ cpu: "501m" }, `${available(1)} 1 Insufficient cpu.`],
    [{ "ephemeral-storage": "2Gi" }, `${available(1)} 1 Insufficient ephemeral-storage.`],
    [{ "example.com/gpu": "1" }, `${available(1)} 1 Insufficient example.com/gpu.`],
    [{ "example.com/fpga": "1" }, `${available(1)} 1 Insufficient example.com/fpga.`],
    [{ "example.com/fpga": "0" }, "a"],
    [{ cpu: "2", memory: "2Gi" }, `${available(1)} 1 Insufficient cpu, 1 Insufficient memory.`],
  ];
  for (const [requests, expected] of table) check(asking(requests), [board], expected);
});

test("what a pod says for all its containers replaces their sum; the runtime's overhead comes on top", () => {
  const spec: Partial<PodSpec> = {
    ...asking({ cpu: "100m", memory: "64Mi", "example.com/gpu": "1" }),
    resources: { requests: { cpu: "1" } },
    overhead: { cpu: "250m" },
  };
  assert.deepEqual(Object.fromEntries(requestsOf(aPod("p", { spec }))), {
    cpu: 1_250,
    memory: 64 * 1024 * 1024,
    "example.com/gpu": 1,
  });
});

test("ports: the same number twice only on different addresses, or for another protocol", () => {
  const using = (...ports: { hostPort: number; hostIP?: string; protocol?: "TCP" | "UDP" }[]) => ({
    containers: [{ name: "main", image: "x", ports: ports.map((port) => ({ containerPort: 80, ...port })) }],
  });
  const board = aBoard(aNode("a"), [aPod("old", { spec: using({ hostPort: 80, hostIP: "10.0.0.1" }) })]);
  const taken = `${available(1)} 1 node(s) didn't have free ports for the requested pod ports.`;
  check(using({ hostPort: 80 }), [board], taken);
  check(using({ hostPort: 80, hostIP: "10.0.0.1" }), [board], taken);
  check(using({ hostPort: 80, hostIP: "10.0.0.2" }), [board], "a");
  check(using({ hostPort: 80, hostIP: "10.0.0.1", protocol: "UDP" }), [board], "a");
  check(using({ hostPort: 81 }), [board], "a");
  check({ ...using({ hostPort: 0 }), hostNetwork: true }, [board], "a");
  const onHost = {
    containers: [{ name: "m", image: "x", ports: [{ containerPort: 80 }] }],
    hostNetwork: true,
  };
  check(onHost, [board], taken);
});

test("architecture: what the pod says, else what boards learned of its images, else anything", () => {
  const board = (name: string, arch: string) =>
    aBoard(aNode(name, { meta: { labels: { "kubernetes.io/arch": arch } } }));
  const boards = [board("x86", "amd64"), board("pi", "arm64")];
  const saying = (architectures: string) => ({
    pod: aPod("new", { meta: { annotations: { "kubus.io/architectures": architectures } } }),
  });
  check({}, boards, "pi");
  check({}, boards, "x86", saying("amd64"));
  check({}, boards, "pi", saying("arm, arm64"));
  const mismatch = (arch: string) =>
    `${available(1)} 1 node(s) didn't match the image's architecture (${arch}).`;
  check({}, boards.slice(0, 1), mismatch("arm64"), saying("arm64"));
  const around = {
    architecturesOf: (image: string) => (image === "host/sleep" ? new Set(["amd64"]) : undefined),
  };
  check({}, boards, "x86", { around });
  check({}, boards.slice(1), mismatch("amd64"), { around });
  check({}, boards, "pi", { ...saying("arm64"), around });
  check({}, [aBoard(aNode("unknown"))], "unknown", saying("arm64"));
});

const labelled = (team: string) => ({ matchLabels: { team } });

test("neighbours: namespaces by name and by their labels", () => {
  const teams: Readonly<Record<string, string>> = { blue: "a", green: "b" };
  const around = { namespaceLabels: (name: string) => ({ team: teams[name] ?? "none" }) };
  const lived = (name: string, namespace: string) =>
    aBoard(aNode(name), [aPod(`p-${name}`, { meta: { namespace, labels: { app: "db" } } })]);
  const boards = [lived("home", "default"), lived("in-blue", "blue"), lived("in-green", "green")];
  const near = (more: object) => ({
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            topologyKey: "kubernetes.io/hostname",
            labelSelector: { matchLabels: { app: "db" } },
            ...more,
          },
        ],
      },
    },
  });
  check(near({}), boards, "home", { around });
  check(near({ namespaces: ["green"] }), boards, "in-green", { around });
  check(near({ namespaceSelector: labelled("a") }), boards, "in-blue", { around });
  check(
    near({ namespaceSelector: labelled("c") }),
    boards,
    `${available(3)} 3 node(s) didn't match pod affinity rules.`,
    {
      around,
    },
  );
  check(near({ namespaceSelector: {}, namespaces: ["green"] }), boards.slice(1, 2), "in-blue", { around });
});

test("neighbours: only those that share a label's value, or do not", () => {
  const lived = (name: string, version: string) =>
    aBoard(aNode(name), [aPod(`p-${name}`, { meta: { labels: { app: "web", version } } })]);
  const boards = [lived("old", "1"), lived("new", "2")];
  const near = (keys: object) => ({
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "web" } }, ...keys },
      ],
    },
  });
  const pod = (keys: object) => ({
    pod: aPod("new", {
      meta: { labels: { app: "web", version: "2" } },
      spec: { affinity: near(keys) },
    }),
  });
  check({}, boards, "new", pod({ matchLabelKeys: ["version"] }));
  check({}, boards, "old", pod({ mismatchLabelKeys: ["version"] }));
  check({}, boards, "new", pod({ matchLabelKeys: ["absent"] }));
});

const spreading = (more: object = {}): Partial<PodSpec> => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: "zone", labelSelector: { matchLabels: { app: "web" } }, ...more },
  ],
});

test("spread: too few domains, boards that do not count, and revisions that count apart", () => {
  const skew = (count: number) =>
    `${available(count)} ${count} node(s) didn't match pod topology spread constraints.`;
  const webPod = (spec: Partial<PodSpec>, labels = {}) => ({
    pod: aPod("new", { meta: { labels: { app: "web", ...labels } }, spec }),
  });
  const two = [zoned("a", "north", "web"), zoned("b", "south", "web")];
  check({}, two, "a", webPod(spreading()));
  check({}, two, skew(2), webPod(spreading({ minDomains: 3 })));
  check({}, two, "a", webPod(spreading({ minDomains: 3, maxSkew: 2 })));

  const keptAway = aBoard(
    aNode("b", {
      meta: { labels: { zone: "south" } },
      spec: { taints: [{ key: "k", effect: "NoSchedule" }] },
    }),
  );
  const north = zoned("a", "north", "web");
  check(
    {},
    [north, keptAway],
    `${available(2)} 1 node(s) didn't match pod topology spread constraints, 1 node(s) had untolerated taint {k: }.`,
    webPod(spreading()),
  );
  check({}, [north, keptAway], "a", webPod(spreading({ nodeTaintsPolicy: "Honor" })));
  const onlyNorth = { nodeSelector: { zone: "north" } };
  check({}, [north, zoned("b", "south")], "a", webPod({ ...spreading(), ...onlyNorth }));
  check(
    {},
    [north, zoned("b", "south")],
    `${available(2)} 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match pod topology spread constraints.`,
    webPod({ ...spreading({ nodeAffinityPolicy: "Ignore" }), ...onlyNorth }),
  );
  check(
    {},
    [zoned("a", "north", "web"), zoned("b", "south")],
    "b",
    webPod(spreading({ matchLabelKeys: ["rev"] })),
  );
  check(
    {},
    [zoned("a", "north", "web", "web")],
    "a",
    webPod(spreading({ matchLabelKeys: ["rev"], maxSkew: 1 }), { rev: "2" }),
  );
});

test("a pod that names its boards one by one is looked at on those alone, as a DaemonSet's is", () => {
  const pinned = (name: string): Partial<PodSpec> => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [name] }] }],
        },
      },
    },
  });
  const boards = [aBoard(aNode("a")), aBoard(aNode("b")), aBoard(aNode("c"))];
  check(pinned("b"), boards, "b");
  check(
    { ...pinned("b"), ...asking({ cpu: "100" }) },
    boards,
    `${available(3)} 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: ${available(3)} 3 Preemption is not helpful for scheduling.`,
  );
});
