/**
 * How the API bears a crowd, on a real cluster: lists of ten thousand pods, one client that asks for hundreds of them at
 * once while another one reads single objects, thousands of watches, and the documents of all kinds.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../test/cluster/cluster.ts";
import { describeDistribution } from "./statistics.ts";

const counts = {
  pods: 10_000,
  lists: 10,
  parallelLists: 200,
  watches: 5_000,
  watchesAtOnce: 100,
  changes: 20,
  clients: 16,
} as const;
const pods = "/api/v1/namespaces/default/pods";
const configMaps = "/api/v1/namespaces/default/configmaps";
const pageBytes = 4_096;

/** Left alone: no scheduler knows this name, so nothing but the API works on it. */
const aPod = (i: number) => ({
  metadata: { name: `crowd-${i}`, labels: { app: "crowd", part: String(i % 100) } },
  spec: {
    schedulerName: "nobody",
    containers: [
      {
        name: "main",
        image: "host/sleep",
        args: ["1000"],
        resources: { requests: { cpu: "10m", memory: "16Mi" } },
        env: [{ name: "WHO", value: `pod ${i}` }],
      },
    ],
  },
});

const line = (what: string, ...figures: readonly string[]) => console.log(what.padEnd(44), ...figures);

export async function benchCrowd(): Promise<void> {
  const cluster = await Cluster.up(["--boards", "1"]);
  try {
    const { servers } = await cluster.status();
    const [server] = servers;
    const rssMb = () => Number(residentMb(server?.pid ?? 0).toFixed(0));
    await benchDocuments(cluster);
    await fill(cluster);
    line(`${counts.pods} pods stored, server`, `${rssMb()} MB RSS`);
    await benchLists(cluster, rssMb);
    await benchFairness(cluster, rssMb);
    await benchWatches(cluster, rssMb);
  } finally {
    await cluster.down();
  }
}

const residentMb = (pid: number) =>
  (Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * pageBytes) / 1_000_000;

async function timed<Result>(
  act: () => Promise<Result>,
): Promise<{ readonly ms: number; readonly result: Result }> {
  const begun = performance.now();
  const result = await act();
  return { ms: performance.now() - begun, result };
}

async function fill(cluster: Cluster): Promise<void> {
  let next = 0;
  const client = async () => {
    while (next < counts.pods) {
      const i = next;
      next += 1;
      const { status } = await cluster.api("POST", pods, aPod(i));
      if (status !== 201) throw new Error(`a pod was answered with ${status}`);
    }
  };
  const { ms } = await timed(() => Promise.all(Array.from({ length: counts.clients }, client)));
  line(`create pods, ${counts.clients} clients`, `${((counts.pods / ms) * 1_000).toFixed(0)}/s`);
}

/** Documents are made when they are first asked for. */
async function benchDocuments(cluster: Cluster): Promise<void> {
  for (const path of ["/openapi/v3/api/v1", "/openapi/v3", "/openapi/v2"]) {
    const first = await timed(() => cluster.download(path));
    const again = await timed(() => cluster.download(path));
    const size = `${(first.result.bytes / 1e6).toFixed(2)} MB`;
    line(`${path}, first and then`, size, `${first.ms.toFixed(0)} ms, ${again.ms.toFixed(0)} ms`);
  }
}

async function benchLists(cluster: Cluster, rssMb: () => number): Promise<void> {
  const table = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
  for (const [what, headers] of Object.entries({
    JSON: {},
    "JSON, gzip": { "accept-encoding": "gzip" },
    Table: table,
  })) {
    const times: number[] = [];
    let bytes = 0;
    let peak = 0;
    for (let i = 0; i < counts.lists; i += 1) {
      const { ms, result } = await timed(() => cluster.download(pods, headers as Record<string, string>));
      times.push(ms);
      ({ bytes } = result);
      peak = Math.max(peak, rssMb());
    }
    const size = `${(bytes / 1e6).toFixed(1)} MB, peak ${peak} MB RSS`;
    line(`list of ${counts.pods} pods, ${what}`, size, describeDistribution(times, "ms"));
  }
}

async function benchFairness(cluster: Cluster, rssMb: () => number): Promise<void> {
  const workerData = { dir: cluster.dir, path: pods, count: counts.parallelLists };
  const greedy = new Worker(new URL("./crowd-lists.ts", import.meta.url), { workerData });
  await once(greedy, "message");
  const alone = await reads(cluster, () => false, 500);
  let outcome: { readonly lost: number; readonly refused: number } | undefined;
  greedy.postMessage("go");
  greedy.once(
    "message",
    (message: { readonly lost: number; readonly refused: number }) => (outcome = message),
  );
  const { ms, result: crowded } = await timed(() => reads(cluster, () => outcome !== undefined));
  await greedy.terminate();
  line("GET of one pod, alone", describeDistribution(alone, "ms"));
  line(`GET of one pod beside ${counts.parallelLists} parallel lists`, describeDistribution(crowded, "ms"));
  line(
    "  the lists",
    `${(ms / 1_000).toFixed(1)} s, ${JSON.stringify(outcome)}, ${rssMb()} MB RSS afterwards`,
  );
}

/** Reads one after the other until it is over, or `most` of them. */
async function reads(
  cluster: Cluster,
  isOver: () => boolean,
  most = Number.POSITIVE_INFINITY,
): Promise<number[]> {
  const times: number[] = [];
  while (!isOver() && times.length < most) {
    const { ms, result } = await timed(() =>
      cluster.api("GET", `${pods}/crowd-${times.length % counts.pods}`),
    );
    if (result.status !== 200) throw new Error(`a read was answered with ${result.status}`);
    times.push(ms);
  }
  return times;
}

async function benchWatches(cluster: Cluster, rssMb: () => number): Promise<void> {
  await cluster.api("POST", configMaps, { metadata: { name: "watched" }, data: { count: "0" } });
  const before = rssMb();
  const seen = { opened: 0, heard: 0, wanted: 0 };
  let all = Promise.withResolvers<undefined>();
  const hear = ({ type, object }: { readonly type: string; readonly object: unknown }) => {
    if (type === "ADDED") seen.opened += 1;
    else if ((object as { data: { count: string } }).data.count === String(seen.wanted)) seen.heard += 1;
    if (seen.heard === counts.watches) all.resolve(undefined);
  };
  const path = `${configMaps}?watch=true&fieldSelector=metadata.name%3Dwatched`;
  const opening = await timed(async () => {
    const stops: (() => void)[] = [];
    // One after the other, as far as the server's share for one user goes.
    while (stops.length < counts.watches) {
      const wanted = stops.length + counts.watchesAtOnce;
      while (stops.length < wanted) stops.push(cluster.watch(path, hear));
      await until("the watches are open", () => seen.opened >= wanted, 60_000);
    }
    return stops;
  });
  const perWatch = ((rssMb() - before) * 1_000) / counts.watches;
  line(`${counts.watches} watches opened`, `${opening.ms.toFixed(0)} ms, ${perWatch.toFixed(0)} kB each`);
  const times: number[] = [];
  for (let i = 1; i <= counts.changes; i += 1) {
    all = Promise.withResolvers<undefined>();
    Object.assign(seen, { heard: 0, wanted: i });
    const change = { data: { count: String(i) } };
    const { ms } = await timed(async () => {
      await cluster.api("PATCH", `${configMaps}/watched`, change, "application/merge-patch+json");
      await all.promise;
    });
    times.push(ms);
  }
  line(`one change until ${counts.watches} readers have it`, describeDistribution(times, "ms"));
  for (const stop of opening.result) stop();
}
