/**
 * The machines of a virtual cluster, each with the process that makes it one: a server or an agent.
 *
 * What is asked of one machine happens in order; different machines do not wait for each other.
 */
import type { CableState } from "@kubus/shared/feed/messages.ts";
import type { Place, VirtualBoards } from "../boards/virtual-boards.ts";
import { Complaint } from "../command/command.ts";
import type { Child } from "./child.ts";

export interface Machine {
  readonly name: string;
  readonly kind: "board" | "server";
  readonly address: string;
  readonly udpPort: number;
  readonly api?: NonNullable<Place["api"]>;
  readonly child: Child;
  /** Called whenever the machine was built and its process is about to start. */
  readonly prepare?: () => Promise<void>;
  cable: CableState;
  power: "on" | "off";
}

export interface Machines {
  list(kind?: Machine["kind"]): readonly Machine[];
  /** Builds the machine and starts its process. */
  add(machine: Omit<Machine, "cable" | "power">): Promise<void>;
  remove(name: string): Promise<void>;
  setCable(name: string, state: CableState): Promise<void>;
  powerOff(name: string): Promise<void>;
  powerOn(name: string): Promise<void>;
  stopAgent(name: string): Promise<void>;
  startAgent(name: string): Promise<void>;
  killAgent(name: string): Promise<void>;
  onChange(listener: () => void): () => void;
}

export function machinesIn(boards: VirtualBoards, kill: (child: Child) => void): Machines {
  const machines = new Map<string, Machine>();
  const queues = new Map<string, Promise<void>>();
  const listeners = new Set<() => void>();

  const tell = () => {
    for (const listener of listeners) listener();
  };
  const listed = (kind?: Machine["kind"]): readonly Machine[] =>
    [...machines.values()]
      .filter((machine) => kind === undefined || machine.kind === kind)
      .toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  const known = (name: string, kind?: Machine["kind"]): Machine => {
    const machine = machines.get(name);
    if (machine !== undefined && (kind === undefined || machine.kind === kind)) return machine;
    const names = listed(kind).map((each) => each.name);
    throw new Complaint(`There is no ${kind ?? "machine"} ${name}. There are: ${names.join(", ")}.`);
  };
  const inTurn = async (name: string, act: () => Promise<void>): Promise<void> => {
    // What went wrong for the one before was told to whoever asked for it.
    const turn = (queues.get(name) ?? Promise.resolve()).catch(() => undefined).then(act);
    queues.set(name, turn);
    await turn.finally(tell);
  };
  const powered = (name: string): Machine => {
    const machine = known(name, "board");
    if (machine.power === "off")
      throw new Complaint(`${name} is switched off. Switch it on: kubus board start ${name}`);
    return machine;
  };

  return {
    list: listed,
    add: (machine) =>
      inTurn(machine.name, async () => {
        await boards.add(machine);
        machines.set(machine.name, { ...machine, cable: "plugged", power: "on" });
        await machine.prepare?.();
        machine.child.start();
      }),
    remove: (name) =>
      inTurn(name, async () => {
        const machine = known(name);
        await machine.child.stop();
        await boards.remove(name);
        machines.delete(name);
      }),
    setCable: (name, state) =>
      inTurn(name, async () => {
        const machine = known(name);
        // A board without power has no cable to speak of; it is plugged in when it starts.
        if (machine.power === "off") throw new Complaint(`${name} is switched off.`);
        await boards.setCable(name, state);
        machine.cable = state;
      }),
    powerOff: (name) =>
      inTurn(name, async () => {
        const machine = known(name, "board");
        if (machine.power === "off") return;
        machine.power = "off";
        // The agent must not end in an orderly way: it dies with its board, and nobody starts it again.
        machine.child.lose();
        await boards.cutPower(name);
      }),
    powerOn: (name) =>
      inTurn(name, async () => {
        const machine = known(name, "board");
        if (machine.power === "on") return;
        await boards.add(machine);
        await machine.prepare?.();
        machine.power = "on";
        machine.cable = "plugged";
        machine.child.start();
      }),
    stopAgent: (name) => inTurn(name, () => powered(name).child.stop()),
    startAgent: (name) =>
      inTurn(name, () => {
        powered(name).child.start();
        return Promise.resolve();
      }),
    killAgent: (name) =>
      inTurn(name, () => {
        kill(powered(name).child);
        return Promise.resolve();
      }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
