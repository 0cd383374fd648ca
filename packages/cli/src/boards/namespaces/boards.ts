/**
 * Virtual machines as network namespaces, with root: a switch, cables, power switches.
 *
 * A board's end of the cable is `eth0`; its other end is a port of the switch, and that is where it is pulled
 * (`down`: both ends see it) or cut silently (the port forwards nothing: no end sees it).
 */
import type { CableState } from "@kubus/shared/feed/messages.ts";
import { totalmem } from "node:os";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run, tryRun } from "../../adapters/programs.ts";
import type { Journal } from "../../cluster/journal.ts";
import { placeLimits, type Ranges } from "../../cluster/ranges.ts";
import { killGroup, makeGroup, makeLeaf, removeGroup } from "../cgroups.ts";
import { removeFolder, unmountBelow } from "../mounts.ts";
import type { Place, PodRoute, VirtualBoards } from "../virtual-boards.ts";
import { namesOf } from "./names.ts";

export interface NamespaceOptions {
  readonly id: string;
  readonly ranges: Ranges;
  readonly journal: Journal;
  /** How many boards share the machine. */
  readonly share: () => number;
  /** Where a machine keeps what survives its power cuts; agents may mount below it. */
  readonly stateDir: (name: string) => string;
}

interface Machine {
  readonly place: Place;
  readonly entry: readonly string[];
  cable: CableState;
}

const link = "eth0";

export function namespaceBoards(options: NamespaceOptions): VirtualBoards {
  const { id, ranges, journal } = options;
  const names = namesOf(id);
  const host = `${ranges.nodePrefix}.${placeLimits.machine}`;
  const machines = new Map<string, Machine>();
  let hostEntry: readonly string[] = [];
  let routes: readonly PodRoute[] = [];

  const group = (name: string) => `${names.cgroup}/${name}`;
  const known = (name: string): Machine => {
    const machine = machines.get(name);
    if (machine === undefined) throw new Error(`There is no machine ${name}.`);
    return machine;
  };

  async function makeCable({ name, address }: Place): Promise<void> {
    const namespace = names.namespace(name);
    journal.write({ made: "netns", name: namespace });
    await batch([
      `netns add ${namespace}`,
      `link add ${link} netns ${namespace} address ${names.mac(address)} type veth peer name ${names.port(address)} netns ${names.switch}`,
    ]);
    await Promise.all([
      batch(
        [
          `link set lo up`,
          `addr add ${address}/24 dev ${link}`,
          `link set ${link} up`,
          `route add default via ${host}`,
        ],
        namespace,
      ),
      batch([`link set ${names.port(address)} master br0 up`], names.switch),
    ]);
  }

  async function syncRoutes(namespace?: string, former: readonly PodRoute[] = []): Promise<void> {
    const gone = former.filter(({ podCidr }) => !routes.some((route) => route.podCidr === podCidr));
    const device = namespace === undefined ? names.uplink : link;
    for (const { podCidr } of gone)
      await tryRun("ip", [...within(namespace), "route", "del", podCidr, "dev", device]);
    await batch(
      routes.map(({ podCidr, address }) => `route replace ${podCidr} via ${address} dev ${device}`),
      namespace,
    );
  }

  /** Everything that runs on it and its cable. Its run folder is like memory: gone with the power. */
  async function end({ place: { name, address } }: Machine): Promise<void> {
    await killGroup(group(name));
    await unmountBelow(options.stateDir(name));
    await removeFolder(join(names.runDir, name));
    // The switch's end first: the namespace itself goes in its own time, and with it the other end.
    await tryRun("ip", ["-n", names.switch, "link", "del", names.port(address)]);
    await run("ip", ["netns", "del", names.namespace(name)]);
    await removeGroup(group(name));
  }

  const setCable = async (machine: Machine, state: CableState): Promise<void> => {
    const port = names.port(machine.place.address);
    if (state === "pulled") await run("ip", ["-n", names.switch, "link", "set", port, "down"]);
    else {
      await run("ip", ["-n", names.switch, "link", "set", port, "up"]);
      // 0: disabled, nothing passes in either direction. 3: forwarding.
      await run("bridge", [
        "-n",
        names.switch,
        "link",
        "set",
        "dev",
        port,
        "state",
        state === "silent" ? "0" : "3",
      ]);
    }
    machine.cable = state;
  };

  return {
    kind: "namespaces",
    limitations: [],
    raise: async () => {
      journal.write({ made: "cgroup", path: names.cgroup });
      journal.write({ made: "runDir", path: names.runDir });
      journal.write({ made: "netns", name: names.switch });
      journal.write({ made: "link", name: names.uplink });
      await mkdir(names.runDir, { recursive: true, mode: 0o755 });
      await makeGroup(names.cgroup);
      hostEntry = await makeLeaf(group("host"));
      await batch([
        `netns add ${names.switch}`,
        `link add ${names.uplink} type veth peer name uplink netns ${names.switch}`,
      ]);
      await batch(
        [
          "link set lo up",
          "link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0",
          "link set br0 up",
          "link set uplink master br0 up",
        ],
        names.switch,
      );
      await batch([`addr add ${host}/24 dev ${names.uplink}`, `link set ${names.uplink} up`]);
    },
    add: async (place) => {
      const { name, kind } = place;
      journal.write({ made: "mounts", path: options.stateDir(name) });
      await Promise.all([mkdir(join(names.runDir, name), { recursive: true }), makeCable(place)]);
      await makeGroup(
        group(name),
        kind === "board" ? boardLimits(options.share()) : { cpuWeight: serverWeight },
      );
      const entry = await makeLeaf(`${group(name)}/${kind === "board" ? "agent" : "server"}`);
      machines.set(name, { place, entry, cable: "plugged" });
      if (kind === "server") await syncRoutes(names.namespace(name));
    },
    remove: async (name) => {
      const machine = machines.get(name);
      if (machine === undefined) return;
      machines.delete(name);
      await end(machine);
    },
    setCable: (name, state) => setCable(known(name), state),
    cutPower: async (name) => {
      const machine = known(name);
      await setCable(machine, "silent");
      machines.delete(name);
      await end(machine);
    },
    on: (name, command) => {
      const entry = name === undefined ? hostEntry : known(name).entry;
      const enter = 'for group in $1; do echo 0 > "$group"; done; shift; exec "$@"';
      const network =
        name === undefined ? [] : ["nsenter", `--net=/run/netns/${names.namespace(name)}`, "--"];
      return ["sh", "-c", enter, "kubus", entry.join(" "), ...network, ...command];
    },
    routePods: async (wanted) => {
      const former = routes;
      routes = wanted;
      const servers = [...machines.values()].filter(({ place }) => place.kind === "server");
      await Promise.all([
        syncRoutes(undefined, former),
        ...servers.map(({ place }) => syncRoutes(names.namespace(place.name), former)),
      ]);
    },
    traits: (name) => ({
      runDir: join(names.runDir, name),
      cgroupParent: group(name),
      link,
      runtime: "process",
    }),
  };
}

const within = (namespace: string | undefined) => (namespace === undefined ? [] : ["-n", namespace]);

/** Several commands of `ip` in one process. */
async function batch(lines: readonly string[], namespace?: string): Promise<void> {
  if (lines.length === 0) return;
  await run("ip", [...within(namespace), "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

/** Boards share the machine's memory alike. */
const boardLimits = (boards: number) => ({ memoryBytesMax: Math.floor(totalmem() / boards) });

/** Where processor time is short: a control plane counts as much as ten boards, and is not held up by their work. */
const serverWeight = 1_000;
