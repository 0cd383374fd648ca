/** What an idle cluster costs: resident memory and CPU of the bus, the control plane and an agent. */
import { readFileSync } from "node:fs";
import { Cluster } from "../test/cluster/cluster.ts";
import { startWork, Observer } from "./failover.ts";

const pageBytes = 4_096;
/** Clock ticks a second, as Linux counts CPU time for programs (USER_HZ). */
const ticksPerSecond = 100;
const settleMs = 20_000;
const observeMs = 20_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const residentMb = (pid: number) =>
  (Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * pageBytes) / 1_000_000;

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export async function benchFootprint(): Promise<void> {
  const cluster = await Cluster.up(["--boards", "3"]);
  try {
    const observer = new Observer(cluster);
    await startWork(cluster, observer, 6);
    observer.stop();
    await pause(settleMs);
    const { bus, servers, boards } = await cluster.status();
    const processes = [
      { name: "nats-server", pid: bus.pid },
      ...servers.map(({ name, pid }) => ({ name, pid })),
      ...boards.map(({ name, agentPid }) => ({ name: `agent of ${name}`, pid: agentPid ?? 0 })),
    ];
    const before = processes.map(({ pid }) => cpuSeconds(pid));
    await pause(observeMs);
    for (const [i, { name, pid }] of processes.entries()) {
      const share = ((cpuSeconds(pid) - (before[i] ?? 0)) / observeMs) * 1_000 * 100;
      console.log(
        `idle ${name.padEnd(20)} ${residentMb(pid).toFixed(1)} MB RSS, ${share.toFixed(2)} % of a core`,
      );
    }
  } finally {
    await cluster.down();
  }
}
