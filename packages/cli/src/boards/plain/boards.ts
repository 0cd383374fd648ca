/**
 * Virtual machines without root: plain processes on the host's network. The cable is a relay to the bus.
 *
 * A machine's processes are known by a mark in their environment, which they inherit, and by their parents.
 */
import type { CableState } from "@kubus/shared/feed/messages.ts";
import { rm } from "node:fs/promises";
import type { Journal } from "../../cluster/journal.ts";
import { endMarked, machineMark } from "../marks.ts";
import type { VirtualBoards } from "../virtual-boards.ts";
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
  const cableOf = (name: string): Cable => {
    const cable = cables.get(name);
    if (cable === undefined) throw new Error(`There is no machine ${name}.`);
    return cable;
  };
  const unplug = async (name: string): Promise<void> => {
    const cable = cables.get(name);
    if (cable === undefined) return;
    cable.set("silent");
    await endMarked(machineMark(id, name));
    await cable.close();
    cables.delete(name);
    await rm(runDir(name), { recursive: true, force: true });
  };
  return {
    kind: "plain",
    limitations: [
      "without root there are no virtual boards: agents are plain processes on this machine's own network,",
      "pods have no network, no limits and no user of their own, and a pulled cable cuts the bus connection alone.",
    ],
    raise: () => {
      journal.write({ made: "marked", mark: machineMark(id) });
      return Promise.resolve();
    },
    add: async ({ name }) => {
      cables.set(name, await layCable(bus));
    },
    remove: unplug,
    setCable: (name, state: CableState) => {
      cableOf(name).set(state);
      return Promise.resolve();
    },
    cutPower: unplug,
    on: (name, command) => ["env", machineMark(id, name ?? "host"), ...command],
    // Pods have the host's own addresses.
    routePods: () => Promise.resolve(),
    traits: (name) => ({
      runDir: runDir(name),
      cgroupParent: `kubus-${id}/${name}`,
      runtime: "plain",
      bus: { host: "127.0.0.1", port: cableOf(name).port },
    }),
  };
}
