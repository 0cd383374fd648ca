/** How soon a cluster is there: `./kubus up` on an installed machine until `ready:`, and a pod from bind to Running. */
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../test/cluster/cluster.ts";
import { describeDistribution } from "./statistics.ts";

/** Starts and ends a cluster of three boards a few times. */
export async function benchUp(rounds = 5): Promise<void> {
  const results: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    const cluster = await Cluster.up(["--boards", "3"]);
    results.push(performance.now() - begun);
    await cluster.down();
  }
  console.log(`up → ready               ${describeDistribution(results, "ms")}`);
}

interface PodItem {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}

/** Pods one after the other; both moments are seen by one watch. */
export async function benchPodStart(rounds = 50): Promise<void> {
  const cluster = await Cluster.up(["--boards", "3"]);
  try {
    const boundAt = new Map<string, number>();
    const runningAt = new Map<string, number>();
    const end = cluster.watch(
      "/api/v1/namespaces/default/pods?watch=true&resourceVersion=0",
      ({ object }, at) => {
        const { metadata, spec, status } = object as PodItem;
        if (spec.nodeName !== undefined && !boundAt.has(metadata.name)) boundAt.set(metadata.name, at);
        if (status?.phase === "Running" && !runningAt.has(metadata.name)) runningAt.set(metadata.name, at);
      },
    );
    const results: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const name = `bench-${round}`;
      const containers = [{ name: "main", image: "host/sleep", args: ["100000"] }];
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name },
        spec: { containers, terminationGracePeriodSeconds: 0 },
      };
      const { status, body } = await cluster.api("POST", "/api/v1/namespaces/default/pods", pod);
      if (status !== 201) throw new Error(JSON.stringify(body));
      await until(`${name} runs`, () => runningAt.has(name), 20_000);
      results.push((runningAt.get(name) ?? 0) - (boundAt.get(name) ?? 0));
      await cluster.api("DELETE", `/api/v1/namespaces/default/pods/${name}`);
    }
    end();
    console.log(`bind → Running           ${describeDistribution(results, "ms")}`);
  } finally {
    await cluster.down();
  }
}
