/** The greedy client of the benchmark "crowd", in a thread of its own: many lists at once, read and thrown away. */
import { parentPort, workerData } from "node:worker_threads";
import { Cluster } from "../test/cluster/cluster.ts";

const { dir, path, count } = workerData as {
  readonly dir: string;
  readonly path: string;
  readonly count: number;
};

const cluster = await Cluster.at(dir);
parentPort?.postMessage("ready");
parentPort?.once("message", () => {
  void Promise.all(Array.from({ length: count }, () => cluster.download(path))).then((answers) => {
    const lost = answers.filter(({ status }) => status !== 200 && status !== 429).length;
    const refused = answers.filter(({ status }) => status === 429).length;
    parentPort?.postMessage({ lost, refused });
  });
});
