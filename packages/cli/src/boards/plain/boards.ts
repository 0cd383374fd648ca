/**
 * Virtual machines without root: plain processes on the host's network. The cable is a relay to the bus and the servers.
 *
 * A machine's processes are known by a mark in their environment, which they inherit, and by their parents.
 */
import type { CableState } from "@kubus/shared/feed/messages.ts";
import { rm } from "node:fs/promises";
import type { Journal } from "../../cluster/journal.ts";
import { endMarked, machineMark } from "../marks.ts";
import type { Place, VirtualBoards } from "../virtual-boards.ts";
import { layCable, type Cable } from "./cable.ts";

export interface PlainOptions {
  readonly id: string;
  readonly journal: Journal;
  /** Where the bus really listens. */
  readonly bus: { readonly host: string; readonly port: number };
  readonly runDir: (name: string) => string;
}

export function plainBoards({ id, journal, bus, runDir }: PlainOptions): VirtualBoards {
  const cables = new Map<string, Cable>();
  const servers = new Map<string, Place>();
  const reachable = () =>
    [...servers.values()].flatMap(({ name, address, udpPort }) =>
      cables.get(name)?.isPlugged() === true ? [{ host: address, port: udpPort }] : [],
    );
  const cableOf = (name: string): Cable => {
    const cable = cables.get(name);
    if (cable === undefined) throw new Error(`There is no machine ${name}.`);
    return cable;
  };
  /** The cable stays, dead: nothing answers where the board was, as when its power is gone. */
  const cutPower = async (name: string): Promise<void> => {
    const cable = cables.get(name);
    if (cable === undefined) return;
    cable.set("silent");
    await endMarked(machineMark(id, name));
    cable.set("pulled");
    await rm(runDir(name), { recursive: true, force: true });
  };
  return {
    kind: "plain",
    limitations: [
      "without root there are no virtual boards: agents and pods are plain processes on this machine's own network; " +
        "pods' addresses, limits, users and read-only roots need root.",
    ],
    raise: () => {
      journal.write({ made: "marked", mark: machineMark(id) });
      return Promise.resolve();
    },
    add: async (place) => {
      const { name, kind, udpPort, api } = place;
      if (kind === "server") servers.set(name, place);
      const ends = {
        bus,
        ...(api === undefined ? {} : { api }),
        ...(kind === "board" ? { datagrams: { agentPort: udpPort, servers: reachable } } : {}),
      };
      const cable = cables.get(name) ?? (await layCable(ends));
      cable.set("plugged");
      cables.set(name, cable);
    },
    remove: async (name) => {
      await cutPower(name);
      await cables.get(name)?.close();
      cables.delete(name);
      servers.delete(name);
    },
    setCable: (name, state: CableState) => {
      cableOf(name).set(state);
      return Promise.resolve();
    },
    cutPower,
    on: (name, command) => ["env", machineMark(id, name ?? "host"), ...command],
    // Pods have the host's own addresses.
    routePods: () => Promise.resolve(),
    traits: (name) => {
      const { port, apiPort, datagramPort } = cableOf(name);
      return {
        runDir: runDir(name),
        cgroupParent: `kubus-${id}/${name}`,
        runtime: "plain",
        bus: { host: "127.0.0.1", port },
        ...(apiPort === undefined ? {} : { api: { host: "127.0.0.1", port: apiPort } }),
        ...(datagramPort === undefined ? {} : { beats: { host: "127.0.0.1", port: datagramPort } }),
      };
    },
  };
}
