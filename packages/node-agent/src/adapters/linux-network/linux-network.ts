/**
 * The pod network with the kernel's own means: a bridge on each board, host-gw routes between boards.
 *
 * Works in the network namespace that the agent lives in. Everything here can be repeated: what is there stays, what
 * is missing is made, so it is also the repair after a link or interface returned.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Peer, PodNetwork } from "../../ports/network.ts";
import { addressesIn } from "./addresses.ts";
import { blockOf } from "./block.ts";
import { ipBatch, ipShow } from "./ip.ts";
import { watchLink, type LinkState } from "./link-watch.ts";

export interface LinuxNetworkOptions {
  /** On tmpfs: holds which pod has which address. */
  readonly runDir: string;
  /** The interface that leads to the other boards. Without it no link is watched. */
  readonly link?: string;
  readonly clock: Clock;
  readonly log: Log;
}

const bridge = "cni0";
/** Marks our routes in the kernel's table (a number that no routing daemon uses), so that only ours are removed. */
const routeProtocol = "77";

/** Interface names have 15 characters at most. */
const vethOf = (podUid: string) => `kp${createHash("sha256").update(podUid).digest("hex").slice(0, 12)}`;

export function linuxNetwork({
  runDir,
  link,
  clock,
  log,
}: LinuxNetworkOptions): PodNetwork & { stop(): void } {
  const addresses = addressesIn(join(runDir, "addresses"));
  const listeners = new Set<(state: LinkState) => void>();
  let cidr: string | undefined;
  let peers: readonly Peer[] = [];

  const syncRoutes = async () => {
    const present = await ipShow<{ readonly dst: string; readonly gateway?: string }>(
      "route",
      "show",
      "proto",
      routeProtocol,
    );
    const wanted = new Map(peers.map(({ podCidr, address }) => [podCidr, address]));
    const surplus = present.filter(({ dst }) => !wanted.has(dst));
    const missing = [...wanted].filter(
      ([dst, via]) => !present.some((route) => route.dst === dst && route.gateway === via),
    );
    const lines = [
      ...surplus.map(({ dst }) => `route del ${dst} proto ${routeProtocol}`),
      ...missing.map(([dst, via]) => `route replace ${dst} via ${via} proto ${routeProtocol}`),
    ];
    // A route that cannot be made now (a link is down) is made when the link returns.
    await ipBatch(lines, { onFailure: "goOn" });
  };

  const watch =
    link === undefined
      ? undefined
      : watchLink(link, clock, (state) => {
          log.info("link.changed", { link, state });
          if (state === "up")
            void syncRoutes().catch((error: unknown) => log.warn("routes.failed", { why: String(error) }));
          for (const listener of listeners) listener(state);
        });

  return {
    prepare: async (podCidr) => {
      const { gateway, prefix } = blockOf(podCidr);
      if (!hasInterface(bridge)) await ipBatch([`link add ${bridge} type bridge forward_delay 0`]);
      await ipBatch([`addr replace ${gateway}/${prefix} dev ${bridge}`, `link set ${bridge} up`]);
      allowForwarding();
      cidr = podCidr;
    },
    syncPeers: async (next) => {
      peers = next;
      await syncRoutes();
    },
    attach: async (podUid, netnsPath) => {
      if (cidr === undefined) throw new Error("The board has no pod addresses yet.");
      const { gateway, prefix } = blockOf(cidr);
      const ip = await addresses.take(podUid, cidr);
      const veth = vethOf(podUid);
      // One that is there already leads to this pod's namespace, or to one that is gone and took it along.
      if (!hasInterface(veth)) {
        await ipBatch([
          `link add ${veth} type veth peer name eth0 netns ${netnsPath}`,
          `link set ${veth} master ${bridge} up`,
          `link set ${veth} type bridge_slave hairpin on`,
        ]);
      }
      const inside = [
        `addr replace ${ip}/${prefix} dev eth0`,
        "link set lo up",
        "link set eth0 up",
        `route replace default via ${gateway}`,
      ];
      await ipBatch(inside, { netns: netnsPath });
      return { ip };
    },
    detach: async (podUid) => {
      const veth = vethOf(podUid);
      if (hasInterface(veth)) await ipBatch([`link del ${veth}`], { onFailure: "goOn" });
      await addresses.release(podUid);
    },
    onLinkChange: (listener) => {
      listeners.add(listener);
      return { unsubscribe: () => void listeners.delete(listener) };
    },
    stop: () => watch?.stop(),
  };
}

/** In this process' network namespace: /proc knows whose it is asked about, /sys does not. */
const hasInterface = (name: string): boolean =>
  readFileSync("/proc/self/net/dev", "utf8")
    .split("\n")
    .some((line) => line.trimStart().startsWith(`${name}:`));

/** Pods' packets cross the board: this namespace's own switches, read and written in its own /proc/sys/net. */
function allowForwarding(): void {
  writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
}
