/**
 * The pod network of one board: a bridge, a cable per pod, and a route to every other board's pods.
 *
 * The kernel is the memory: a pod's link carries its owner and address as its alias, so nothing is doubled and no
 * file can disagree. Routes of ours have a protocol number of their own; others are never touched. Runs in the network
 * namespace that the agent was started in.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Log } from "@kubus/shared/log/log.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Peer, PodNetwork } from "../../ports/network.ts";
import { run } from "../shim/run-program.ts";
import { makeSerial } from "../shim/serial.ts";
import { nextAddress, parseCidr, type Cidr } from "./addresses.ts";
import { linkWatchMachine } from "./link-watch.machine.ts";
import {
  bridge,
  bridgeLines,
  cableLines,
  leaseOf,
  linkOf,
  podLines,
  routeLines,
  routeProtocol,
  type Lease,
  type Route,
} from "./batch.ts";
import { watchLink } from "./watch-link.ts";

export interface LinuxNetworkOptions {
  /** The interface that leads to the other boards; without it its changes are not watched. */
  readonly link?: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
}

export interface LinuxNetwork extends PodNetwork {
  /** Ends the watch; links and routes stay. */
  close(): void;
}

interface LinkRow {
  readonly ifname: string;
  readonly ifalias?: string;
}

export function linuxNetwork({ link, clock, log, registry, onError }: LinuxNetworkOptions): LinuxNetwork {
  const serial = makeSerial();
  const leases = new Map<string, string>();
  const listeners = new Set<(state: "up" | "down") => void>();
  let range: { readonly cidr: Cidr; readonly text: string } | undefined;
  let peers: readonly Peer[] = [];
  let lastAddress: string | undefined;

  const prepare = async (text: string) => {
    const cidr = parseCidr(text);
    if (cidr === undefined) throw new Error(`Not a range for pods: ${text}`);
    const links = JSON.parse(await run("ip", ["-json", "link", "show"])) as readonly LinkRow[];
    const isNew = !links.some(({ ifname }) => ifname === bridge);
    await batch(bridgeLines(cidr, isNew));
    letForward();
    leases.clear();
    for (const { podUid, address } of links.flatMap(({ ifalias }) => leaseOf(ifalias) ?? []))
      leases.set(podUid, address);
    lastAddress = [...leases.values()].at(-1) ?? lastAddress;
    range = { cidr, text };
  };

  const applyRoutes = async () => {
    const shown = await run("ip", ["-json", "route", "show", "proto", String(routeProtocol)]);
    const { replace, remove } = routeLines(peers, JSON.parse(shown || "[]") as readonly Route[], range?.text);
    // While the cable is out the kernel may refuse them; they are set again when the link returns.
    await batch([...remove, ...replace], "whatever can be done");
  };

  const detach = async (podUid: string) => {
    leases.delete(podUid);
    const name = linkOf(podUid);
    // The link may have gone with the pod's namespace: then there is nothing to do.
    if (existsLink(await run("ip", ["-json", "link", "show"]), name)) await batch([`link del ${name}`]);
  };

  const attach = async (podUid: string, netnsPath: string) => {
    if (range === undefined) throw new Error("This board has no range for pods yet.");
    const { cidr } = range;
    const former = leases.get(podUid);
    if (former !== undefined && (await holdsAddress(netnsPath, former))) return { ip: former };
    if (former !== undefined) await detach(podUid);
    const address = former ?? nextAddress(cidr, new Set(leases.values()), lastAddress);
    if (address === undefined) throw new Error(`All addresses of ${range.text} are taken.`);
    leases.set(podUid, address);
    lastAddress = address;
    try {
      await plugIn({ podUid, address }, netnsPath, cidr);
    } catch (error) {
      await detach(podUid);
      throw error;
    }
    return { ip: address };
  };

  let linkState: "up" | "down" | undefined;
  const resync = () =>
    serial("board", async () => {
      if (range !== undefined) await prepare(range.text);
      await applyRoutes();
    });
  const onState = (state: "up" | "down") => {
    if (state === linkState) return;
    const isReturn = state === "up" && linkState === "down";
    linkState = state;
    log.info("network.link", { link, state });
    if (isReturn) resync().catch((error: unknown) => log.warn("network.unsynced", { why: String(error) }));
    for (const listener of listeners) listener(state);
  };
  const watching =
    link === undefined
      ? undefined
      : startActor(
          linkWatchMachine.provide({
            actors: { watch: fill((_: undefined, signal) => watchLink({ link, clock, onState }, signal)) },
          }),
          {
            id: `link ${link}`,
            input: undefined,
            clock,
            onError,
            ...(registry === undefined ? {} : { registry }),
          },
        );

  return {
    prepare: (podCidr) => serial("board", () => prepare(podCidr)),
    syncPeers: (wanted) =>
      serial("board", async () => {
        peers = wanted;
        await applyRoutes();
      }),
    attach: (podUid, netnsPath) => serial("board", () => attach(podUid, netnsPath)),
    detach: (podUid) => serial("board", () => detach(podUid)),
    onLinkChange: (listener) => {
      listeners.add(listener);
      return { unsubscribe: () => void listeners.delete(listener) };
    },
    close: () => {
      watching?.stop();
      listeners.clear();
    },
  };
}

/** Both ends in one process: the board's half makes the cable, the pod's half takes its end. */
const plugInScript = `set -e
printf %s "$2" | ip -batch -
printf %s "$3" | nsenter --net="$1" ip -batch -`;

async function plugIn(lease: Lease, netnsPath: string, cidr: Cidr): Promise<void> {
  const text = (lines: readonly string[]) => `${lines.join("\n")}\n`;
  const halves = [text(cableLines(lease, netnsPath)), text(podLines(cidr, lease.address))];
  await run("sh", ["-c", plugInScript, "sh", netnsPath, ...halves]);
}

async function holdsAddress(netnsPath: string, address: string): Promise<boolean> {
  const shown = await run("nsenter", [`--net=${netnsPath}`, "ip", "-oneline", "-4", "addr", "show"]);
  return shown.includes(` ${address}/`);
}

const existsLink = (shown: string, name: string) =>
  (JSON.parse(shown) as readonly LinkRow[]).some(({ ifname }) => ifname === name);

/** Several commands of `ip` in one process. */
async function batch(
  lines: readonly string[],
  onFailure: "stop" | "whatever can be done" = "stop",
): Promise<void> {
  if (lines.length === 0) return;
  const done = run(
    "ip",
    [...(onFailure === "stop" ? [] : ["-force"]), "-batch", "-"],
    `${lines.join("\n")}\n`,
  );
  // With -force every line is tried; those that fail are told of by the exit code alone.
  await (onFailure === "stop" ? done : done.catch(() => undefined));
}

/** The board passes on what is for its pods. Strict source checks would drop what comes back another way. */
function letForward(): void {
  const at = (name: string) => `/proc/sys/net/ipv4/${name}`;
  writeFileSync(at("ip_forward"), "1");
  const filter = at("conf/all/rp_filter");
  if (existsSync(filter) && readFileSync(filter, "utf8").trim() === "1") writeFileSync(filter, "2");
}
