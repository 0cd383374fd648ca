/**
 * Workloads as their users see them, on ten boards with real agents and real processes: 500 pods of one deployment from
 * apply to all Running, a rolling update of 100 pods, and what the controllers' passes cost meanwhile.
 */
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../test/cluster/cluster.ts";

const boards = 10;
const namespacePath = "/apis/apps/v1/namespaces/default/deployments";
const patienceMs = 300_000;

interface DeploymentItem {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly spec: { readonly replicas: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

interface PodItem {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}

const deployment = (name: string, replicas: number, version: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: "main",
            image: "host/sleep",
            args: ["100000"],
            env: [{ name: "VERSION", value: version }],
          },
        ],
      },
    },
  },
});

const isRolledOut = ({ metadata, spec, status = {} }: DeploymentItem): boolean =>
  status.observedGeneration === metadata.generation &&
  status.updatedReplicas === spec.replicas &&
  status.availableReplicas === spec.replicas &&
  status.replicas === spec.replicas;

async function rolledOut(cluster: Cluster, name: string): Promise<void> {
  const see = async () => (await cluster.api<DeploymentItem>("GET", `${namespacePath}/${name}`)).body;
  await until(`${name} is rolled out`, async () => isRolledOut(await see()), patienceMs);
}

export async function benchWorkloads(): Promise<void> {
  const cluster = await Cluster.up(["--boards", String(boards)]);
  try {
    await manyPods(cluster, 500);
    await rollingUpdate(cluster, 100);
    await passCosts(cluster);
  } finally {
    await cluster.down();
  }
}

/** Seen by one watch, as an outsider sees it. */
async function manyPods(cluster: Cluster, wanted: number): Promise<void> {
  const seen = { made: new Set<string>(), bound: new Set<string>(), running: new Set<string>() };
  const last = { made: 0, bound: 0, running: 0 };
  const note = (what: keyof typeof seen, name: string, at: number) => {
    if (seen[what].has(name)) return;
    seen[what].add(name);
    last[what] = at;
  };
  const end = cluster.watch("/api/v1/namespaces/default/pods?watch=true", ({ object }, at) => {
    const { metadata, spec, status } = object as PodItem;
    note("made", metadata.name, at);
    if (spec.nodeName !== undefined) note("bound", metadata.name, at);
    if (status?.phase === "Running") note("running", metadata.name, at);
  });
  const begun = performance.now();
  const { status, body } = await cluster.api("POST", namespacePath, deployment("many", wanted, "1"));
  if (status !== 201) throw new Error(JSON.stringify(body));
  await until("all pods run", () => seen.running.size >= wanted, patienceMs);
  end();
  const since = (at: number) => ((at - begun) / 1_000).toFixed(2);
  console.log(
    `${wanted} pods, ${boards} boards     all made ${since(last.made)} s, bound ${since(last.bound)} s, Running ${since(last.running)} s after apply`,
  );
  await cluster.api("DELETE", `${namespacePath}/many`);
  await until("all pods are gone", async () => (await podsOf(cluster, "many")) === 0, patienceMs);
}

async function podsOf(cluster: Cluster, app: string): Promise<number> {
  const path = `/api/v1/namespaces/default/pods?labelSelector=app%3D${app}`;
  const { body } = await cluster.api<{ readonly items: readonly unknown[] }>("GET", path);
  return body.items.length;
}

async function rollingUpdate(cluster: Cluster, replicas: number): Promise<void> {
  await cluster.api("POST", namespacePath, deployment("rolling", replicas, "1"));
  await rolledOut(cluster, "rolling");
  const begun = performance.now();
  const next = deployment("rolling", replicas, "2");
  await cluster.api("PATCH", `${namespacePath}/rolling`, next, "application/strategic-merge-patch+json");
  await rolledOut(cluster, "rolling");
  const seconds = (performance.now() - begun) / 1_000;
  console.log(`rolling update           ${replicas} pods in ${seconds.toFixed(1)} s (25 % surge, 25 % away)`);
}

/** From /metrics: `name_sum{name="deployment"} 0.5` and `name_count`. */
async function passCosts(cluster: Cluster): Promise<void> {
  const { body } = await cluster.api<string>("GET", "/metrics");
  const read = (metric: string) =>
    new Map(
      [...body.matchAll(new RegExp(`^${metric}\\{name="([^"]+)"\\} (\\S+)$`, "gm"))].map(
        ([, name, value]) => [name ?? "", Number(value)],
      ),
    );
  const passes = read("kubus_controller_decision_seconds_count");
  const [decided, whole] = [
    read("kubus_controller_decision_seconds_sum"),
    read("workqueue_work_duration_seconds_sum"),
  ];
  const rows = [...passes].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  for (const [name, count] of rows) {
    const ms = (sums: ReadonlyMap<string, number>) => (((sums.get(name) ?? 0) / count) * 1_000).toFixed(2);
    console.log(
      `pass of ${name.padEnd(24)} ${String(count).padStart(6)} passes, deciding ${ms(decided)} ms, with writes ${ms(whole)} ms each`,
    );
  }
}
