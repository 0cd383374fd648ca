/**
 * Cable pull → NotReady → replacement running and serving, seen from outside.
 *
 * The clock starts when the link goes down (the command says when that was). NotReady and Running come from API
 * watches, serving from a TCP connection to the replacement's own address.
 */
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../test/cluster/cluster.ts";
import { canReach } from "../test/cluster/reach.ts";
import { describeDistribution } from "./statistics.ts";

export const losses = {
  carrier: { lose: ["cable", "pull"], flags: [], heal: ["cable", "plug"] },
  silent: { lose: ["cable", "pull"], flags: ["--silent"], heal: ["cable", "plug"] },
  power: { lose: ["board", "stop"], flags: [], heal: ["board", "start"] },
} as const;

export type Loss = keyof typeof losses;

interface PodItem {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { type: string; status: string }[];
  };
}
interface NodeItem {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

export interface Round {
  readonly notReadyMs: number;
  readonly servingMs: number;
  readonly readyAgainMs: number;
}

const podsPath = "/api/v1/namespaces/default/pods?labelSelector=app%3Dbench";
const port = 8080;
const deadlineMs = 30_000;

const isReady = (conditions: readonly { type: string; status: string }[] = []) =>
  conditions.some(({ type, status }) => type === "Ready" && status === "True");

/** Follows nodes and pods for as long as a benchmark runs, with the wall-clock time of each first sight. */
export class Observer {
  readonly nodes = new Map<string, { ready: boolean; at: number }>();
  readonly pods = new Map<string, PodItem>();
  readonly servingAt = new Map<string, number>();
  readonly #ends: (() => void)[];

  constructor(cluster: Cluster) {
    this.#ends = [
      cluster.watch("/api/v1/nodes?watch=true&resourceVersion=0", ({ object }) => {
        const { metadata, status } = object as NodeItem;
        const ready = isReady(status?.conditions);
        if (this.nodes.get(metadata.name)?.ready !== ready)
          this.nodes.set(metadata.name, { ready, at: Date.now() });
      }),
      cluster.watch(`${podsPath}&watch=true&resourceVersion=0`, ({ type, object }) => {
        const pod = object as PodItem;
        if (type === "DELETED") this.pods.delete(pod.metadata.name);
        else this.pods.set(pod.metadata.name, pod);
        if (isReady(pod.status?.conditions)) void this.#connect(pod);
      }),
    ];
  }

  async #connect({ metadata: { name }, status }: PodItem): Promise<void> {
    if (this.servingAt.has(name) || status?.podIP === undefined) return;
    this.servingAt.set(name, Number.POSITIVE_INFINITY);
    const { podIP } = status;
    await until(`${name} serves`, () => canReach(podIP, port), deadlineMs).then(
      () => this.servingAt.set(name, Date.now()),
      () => this.servingAt.delete(name),
    );
  }

  /** Pods that are wanted: not on their way out. */
  living(): PodItem[] {
    return [...this.pods.values()].filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  stop(): void {
    for (const end of this.#ends) end();
  }
}

/** Loses a board once, waits until its pods serve elsewhere, heals it, waits until all is as before. */
export async function loseOnce(
  cluster: Cluster,
  observer: Observer,
  board: string,
  loss: Loss,
): Promise<Round> {
  const replicas = observer.living().length;
  await spreadTo(cluster, observer, board, replicas);
  const before = new Set(observer.living().map(({ metadata }) => metadata.name));
  const { lose, flags, heal } = losses[loss];

  const lostAt = Date.parse(/ at (\S+Z)/.exec(await cluster.kubus(...lose, board, ...flags))?.[1] ?? "");
  await until(`${board} is NotReady`, () => observer.nodes.get(board)?.ready === false, deadlineMs);
  const notReadyAt = observer.nodes.get(board)?.at ?? Number.NaN;
  const replacements = () => observer.living().filter(({ metadata }) => !before.has(metadata.name));
  await until(
    "the work serves elsewhere",
    () =>
      observer.living().length === replicas &&
      observer.living().every(({ spec }) => spec.nodeName !== undefined && spec.nodeName !== board) &&
      replacements().every(({ metadata }) =>
        Number.isFinite(observer.servingAt.get(metadata.name) ?? Infinity),
      ),
    deadlineMs,
  );
  const servingAt = Math.max(
    ...replacements().map(({ metadata }) => observer.servingAt.get(metadata.name) ?? Number.NaN),
  );

  const healedAt = Date.parse(/ at (\S+Z)/.exec(await cluster.kubus(...heal, board))?.[1] ?? "");
  await until(`${board} is Ready again`, () => observer.nodes.get(board)?.ready === true, deadlineMs);
  const readyAt = observer.nodes.get(board)?.at ?? Number.NaN;
  await until("nothing is Terminating", () => observer.pods.size === replicas, 60_000);
  await forgive(cluster, board);
  return { notReadyMs: notReadyAt - lostAt, servingMs: servingAt - lostAt, readyAgainMs: readyAt - healedAt };
}

/** A board that is lost every few seconds counts as flapping and is spared. Here that is only the measuring. */
async function forgive(cluster: Cluster, board: string): Promise<void> {
  const patch = { metadata: { annotations: { "kubus.io/lost-at": null } } };
  await cluster.api("PATCH", `/api/v1/nodes/${board}`, patch, "application/merge-patch+json");
  await until("the board is trusted again", async () => {
    const { body } = await cluster.api<{ spec: { taints?: unknown[] } }>("GET", `/api/v1/nodes/${board}`);
    return body.spec.taints === undefined;
  });
}

/** Sees to it that the board has work: deletes pods of the fullest boards until the scheduler gives it one. */
async function spreadTo(
  cluster: Cluster,
  observer: Observer,
  board: string,
  replicas: number,
): Promise<void> {
  const has = () => observer.living().some(({ spec }) => spec.nodeName === board);
  for (let tries = 0; !has() && tries < replicas; tries += 1) {
    const [victim] = observer.living();
    if (victim === undefined) break;
    await cluster.api(
      "DELETE",
      `/api/v1/namespaces/default/pods/${victim.metadata.name}?gracePeriodSeconds=0`,
    );
    await settled(observer, replicas);
  }
  if (!has()) throw new Error(`The scheduler gives ${board} no work.`);
}

async function settled(observer: Observer, replicas: number): Promise<void> {
  await until(
    "all replicas serve",
    () =>
      observer.pods.size === replicas &&
      observer
        .living()
        .every(({ metadata }) => Number.isFinite(observer.servingAt.get(metadata.name) ?? Infinity)),
    60_000,
  );
}

export async function startWork(cluster: Cluster, observer: Observer, replicas: number): Promise<void> {
  const command = ["python3", "-m", "http.server", String(port)];
  const { code, stderr } = await cluster.kubectl(
    ...["create", "deployment", "bench", "--image=host/python3", `--replicas=${replicas}`, "--", ...command],
  );
  if (code !== 0) throw new Error(stderr);
  await settled(observer, replicas);
}

/** `rounds` losses of each kind, on all boards in turn. Prints the distributions. */
export async function benchFailover(rounds = 20): Promise<void> {
  // A board that returned would get pods back in the middle of the next pull.
  const cluster = await Cluster.up(["--boards", "3", "--controllers=*,-rebalancing"]);
  try {
    const observer = new Observer(cluster);
    await startWork(cluster, observer, 6);
    for (const loss of Object.keys(losses) as Loss[]) {
      const results: Round[] = [];
      for (let round = 0; round < rounds; round += 1) {
        results.push(await loseOnce(cluster, observer, `board-${(round % 3) + 1}`, loss));
      }
      const print = (title: string, pick: (round: Round) => number) => {
        console.log(`${loss.padEnd(8)} ${title.padEnd(22)} ${describeDistribution(results.map(pick), "ms")}`);
      };
      print("lost → NotReady", ({ notReadyMs }) => notReadyMs);
      print("lost → all serving", ({ servingMs }) => servingMs);
      print("healed → Ready", ({ readyAgainMs }) => readyAgainMs);
    }
    observer.stop();
  } finally {
    await cluster.down();
  }
}
