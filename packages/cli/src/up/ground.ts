/**
 * What a cluster stands on: programs, bundles, the wanted world, addresses, and the kind of virtual boards that
 * this machine allows. Remains of an earlier run are removed first.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { freePort } from "../adapters/ports.ts";
import { ProgramFailed, run } from "../adapters/programs.ts";
import { isRoot } from "../adapters/this-process.ts";
import { claimRanges } from "../boards/claim.ts";
import { cleanUp } from "../boards/clean.ts";
import { namespaceBoards } from "../boards/namespaces/boards.ts";
import { plainBoards } from "../boards/plain/boards.ts";
import type { VirtualBoards } from "../boards/virtual-boards.ts";
import { bundles, type Bundles } from "../build/bundles.ts";
import { syncsEachWrite } from "../cluster/bus-conf.ts";
import type { Journal } from "../cluster/journal.ts";
import type { Layout } from "../cluster/layout.ts";
import { placeLimits, rangesOf, type Ranges } from "../cluster/ranges.ts";
import { Complaint } from "../command/command.ts";
import { ensureTools, findTools, toolFolder, type ToolPaths } from "../tools/fetch-tools.ts";
import { toolNames, tools, type ToolName } from "../tools/tools.ts";
import type { Target } from "./relay.ts";
import {
  adjust,
  loadWorld,
  saveWorld,
  type WantedMachine,
  type WantedWorld,
  type Wishes,
} from "./world-file.ts";

export interface Ground {
  readonly world: WantedWorld;
  readonly ranges: Ranges;
  readonly boards: VirtualBoards;
  readonly bundles: Bundles;
  readonly tools: ToolPaths;
  /** The folder of fetched programs, for the PATH of what is started. */
  readonly toolBin: string;
  readonly natsVersion: string;
  readonly bus: Target;
  /** How many boards share the machine. */
  readonly share: number;
  addressOf(machine: WantedMachine): string;
  /** Where a server's API listens. */
  apiOf(server: WantedMachine): Promise<Target>;
  udpPortOf(machine: WantedMachine, kind: "board" | "server"): Promise<number>;
}

export interface GroundOptions {
  readonly layout: Layout;
  readonly journal: Journal;
  readonly wishes: Wishes;
  readonly say: (line: string) => void;
  /** What servers and agents run. Default: the bundles of this checkout. */
  readonly programs?: () => Promise<Bundles>;
}

/** The ports of real machines; in namespaces everybody has their own. */
const ports = { bus: 4222, api: 6443, serverUdp: 6444, agentUdp: 6445 } as const;

/** Rejects with `Complaint` for what the user can mend. */
export async function layGround({
  layout,
  journal,
  wishes,
  say,
  programs = () => bundles(layout.bundles),
}: GroundOptions): Promise<Ground> {
  const remains = journal.entries().length > 0;
  if (remains) say("removing what an earlier run left behind ...");
  const problems = await cleanUp(journal);
  if (problems.length > 0)
    throw new Complaint(`An earlier run left what cannot be removed: ${problems.join(" ")}`);
  const kind = isRoot() ? "namespaces" : "plain";
  const [built, toolSet, former] = await Promise.all([
    build(programs, say),
    provide(layout, kind, say),
    loadWorld(layout),
  ]);
  const wanted = adjust(former, wishes);
  const common = { wanted, layout, journal };
  const base = kind === "namespaces" ? await inNamespaces(common, say) : undefined;
  const ground = base ?? (await onPlainHost(common));
  const natsVersion = await versionOf(toolSet.paths["nats-server"] ?? "");
  if (!syncsEachWrite(natsVersion))
    say(
      `warning: nats-server ${natsVersion} cannot sync each write to disk: a power cut may lose up to two minutes of ` +
        `acknowledged changes. 2.10 or newer can.`,
    );
  await saveWorld(layout, ground.world);
  return {
    ...ground,
    bundles: built,
    tools: toolSet.paths,
    toolBin: toolSet.bin,
    natsVersion,
    share: shareOf(wanted),
  };
}

const shareOf = ({ boards }: WantedWorld) => Math.max(1, boards.length);

async function build(programs: () => Promise<Bundles>, say: (line: string) => void): Promise<Bundles> {
  const made = await programs();
  if (made.fresh) say("programs bundled");
  return made;
}

async function provide(
  layout: Layout,
  kind: VirtualBoards["kind"],
  say: (line: string) => void,
): Promise<{ readonly paths: ToolPaths; readonly bin: string }> {
  const folder = await toolFolder(layout.tools);
  const needed = toolNames.filter(
    (name) => tools[name].for === "all" || (kind === "namespaces" && tools[name].for === "root"),
  );
  const paths = await ensureTools(needed, folder, say);
  const forPeople: readonly ToolName[] = ["kubectl"];
  if (findTools(folder, forPeople).kubectl === undefined)
    await ensureTools(forPeople, folder, say).catch(() => {
      // Nothing needs it but people: the cluster is just as good.
      say(
        "kubectl could not be fetched: install it to talk to the cluster (Debian package kubernetes-client).",
      );
    });
  return { paths, bin: join(folder, "bin") };
}

/** Of the nats-server that this machine has, or that is fetched now. */
export async function natsServerVersion(layout: Layout, say: (line: string) => void): Promise<string> {
  const paths = await ensureTools(["nats-server"], await toolFolder(layout.tools), say);
  return versionOf(paths["nats-server"] ?? "");
}

async function versionOf(natsServer: string): Promise<string> {
  const version = /v(\d+\.\d+\.\d+)/.exec(await run(natsServer, ["--version"]))?.[1] ?? "0.0.0";
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (major > 2 || minor > 9 || (minor === 9 && patch >= 10)) return version;
  throw new Complaint(`nats-server ${version} (${natsServer}) is too old: 2.9.10 or newer is needed.`);
}

interface Common {
  readonly wanted: WantedWorld;
  readonly layout: Layout;
  readonly journal: Journal;
}

type Base = Pick<Ground, "world" | "ranges" | "boards" | "bus" | "addressOf" | "apiOf" | "udpPortOf">;

/** Undefined when this machine forbids namespaces although we are root (a plain container, say). */
async function inNamespaces(common: Common, say: (line: string) => void): Promise<Base | undefined> {
  const { wanted, layout, journal } = common;
  try {
    await run("unshare", ["--net", "--mount", "true"]);
  } catch (error) {
    if (!(error instanceof ProgramFailed)) throw error;
    say(`no virtual boards: this machine allows no namespaces (${error.result.stderr.trim()}).`);
    return undefined;
  }
  const ranges = await claimRanges({ dir: layout.dir, journal, slot: wanted.slot });
  const address = (number: number) => `${ranges.nodePrefix}.${number}`;
  return {
    world: { ...wanted, slot: ranges.slot },
    ranges,
    boards: namespaceBoards({
      id: wanted.id,
      ranges,
      journal,
      share: () => shareOf(wanted),
      stateDir: (name) => (/^server-\d+$/.test(name) ? layout.server(name).state : layout.board(name).state),
    }),
    bus: { host: address(placeLimits.machine), port: ports.bus },
    addressOf: ({ number }) => address(number),
    apiOf: ({ number }) => Promise.resolve({ host: address(number), port: ports.api }),
    udpPortOf: (_, kind) => Promise.resolve(kind === "server" ? ports.serverUdp : ports.agentUdp),
  };
}

const loopback = "127.0.0.1";

async function onPlainHost({ wanted, layout, journal }: Common): Promise<Base> {
  const bus = { host: loopback, port: await freePort(loopback) };
  return {
    world: wanted,
    ranges: rangesOf(wanted.slot ?? 0),
    boards: plainBoards({ id: wanted.id, journal, bus, runDir: (name) => join(layout.dir, "run", name) }),
    bus,
    addressOf: () => loopback,
    apiOf: async () => ({ host: loopback, port: await freePort(loopback) }),
    udpPortOf: freeUdpPort,
  };
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, loopback);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
