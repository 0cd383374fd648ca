/** The API's writes and reads over HTTPS, durable as in production (sync_interval: always). */
import { Cluster } from "../test/cluster/cluster.ts";
import { describeDistribution } from "./statistics.ts";

const path = "/api/v1/namespaces/default/configmaps";
const aConfigMap = (name: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { text: "x".repeat(1_000) },
});

/** `total` requests by `clients` at once; returns each one's milliseconds and the time for all. */
async function load(clients: number, total: number, act: (i: number) => Promise<unknown>) {
  const results: number[] = [];
  let next = 0;
  const begun = performance.now();
  const client = async () => {
    while (next < total) {
      const i = next;
      next += 1;
      const start = performance.now();
      await act(i);
      results.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { results, perSecond: total / ((performance.now() - begun) / 1_000) };
}

const pace = { perSecond: 200, seconds: 10 } as const;

/** Requests at a steady pace, whatever became of those before; each one's milliseconds from when it was due. */
async function paced(act: (i: number) => Promise<unknown>): Promise<readonly number[]> {
  const begun = performance.now();
  return Promise.all(
    Array.from({ length: pace.perSecond * pace.seconds }, async (_, i) => {
      const due = begun + (i * 1_000) / pace.perSecond;
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      await act(i);
      return performance.now() - due;
    }),
  );
}

export async function benchApi(): Promise<void> {
  const cluster = await Cluster.up(["--boards", "1"]);
  const expect = async (wanted: number, answer: Promise<{ status: number }>) => {
    const { status } = await answer;
    if (status !== wanted) throw new Error(`answered ${status}`);
  };
  try {
    await load(16, 1_000, (i) => expect(201, cluster.api("POST", path, aConfigMap(`warm-${i}`))));
    const own = (i: number) => `${path}/warm-${i % 500}`;
    const put = (i: number) => ({ ...aConfigMap(`warm-${i % 500}`), data: { text: String(i) } });
    const steady = {
      GET: await paced((i) => expect(200, cluster.api("GET", own(i)))),
      PUT: await paced((i) => expect(200, cluster.api("PUT", own(i), put(i)))),
    };
    for (const [verb, results] of Object.entries(steady))
      console.log(`${verb} at ${pace.perSecond}/s`.padEnd(32), describeDistribution(results, "ms"));
    for (const clients of [1, 16]) {
      const create = await load(clients, 2_000, (i) =>
        expect(201, cluster.api("POST", path, aConfigMap(`c${clients}-${i}`))),
      );
      const get = await load(clients, 4_000, (i) =>
        expect(200, cluster.api("GET", `${path}/c${clients}-${i % 2_000}`)),
      );
      for (const [verb, { results, perSecond }] of Object.entries({ create, get })) {
        const rate = `${perSecond.toFixed(0)}/s`;
        console.log(
          `${verb}, ${clients} clients`.padEnd(24),
          rate.padEnd(8),
          describeDistribution(results, "ms"),
        );
      }
    }
  } finally {
    await cluster.down();
  }
}
