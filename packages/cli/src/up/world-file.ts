/**
 * The wanted world, as DIR/up.json keeps it: a restart finds the same boards at the same addresses.
 *
 * Pure, but for reading and writing the file.
 */
import { randomBytes } from "node:crypto";
import { readIfThere, writeWhole } from "../adapters/files.ts";
import { Complaint } from "../command/command.ts";
import type { Layout } from "../cluster/layout.ts";
import { placeLimits } from "../cluster/ranges.ts";

export interface WantedWorld {
  /** Six hexadecimal digits: names everything that is made outside the folder. */
  readonly id: string;
  /** Undefined until ranges were chosen; without root there are none. */
  readonly slot?: number;
  readonly boards: readonly WantedMachine[];
  readonly servers: readonly WantedMachine[];
}

export interface WantedMachine {
  readonly name: string;
  /** The last byte of its address. */
  readonly number: number;
}

export interface Wishes {
  /** Undefined: as many as last time, or the default. */
  readonly boards: number | undefined;
  readonly servers: number | undefined;
}

const defaults = { boards: 3, servers: 1 } as const;

export async function loadWorld(layout: Layout): Promise<WantedWorld> {
  const text = await readIfThere(layout.world);
  if (text === undefined) return { id: randomBytes(3).toString("hex"), boards: [], servers: [] };
  try {
    return JSON.parse(text) as WantedWorld;
  } catch (cause) {
    throw new Complaint(`${layout.world} is damaged: ${String(cause)}`, { cause });
  }
}

export const saveWorld = (layout: Layout, world: WantedWorld): Promise<void> =>
  writeWhole(layout.world, `${JSON.stringify(world, undefined, 2)}\n`);

/** The world as wished for: what is there stays, what is missing is added, what is too much goes (the newest first). */
export function adjust(world: WantedWorld, wishes: Wishes): WantedWorld {
  const boards = wishes.boards ?? (world.boards.length > 0 ? world.boards.length : defaults.boards);
  const servers = wishes.servers ?? (world.servers.length > 0 ? world.servers.length : defaults.servers);
  return {
    ...world,
    boards: sized(world.boards, boards, "board", placeLimits.firstBoard),
    servers: sized(world.servers, servers, "server", placeLimits.firstServer),
  };
}

function sized(
  machines: readonly WantedMachine[],
  count: number,
  kind: string,
  first: number,
): readonly WantedMachine[] {
  const kept = machines.slice(0, count);
  return Array.from({ length: count - kept.length }).reduce<readonly WantedMachine[]>(
    (all) => [...all, { name: freeName(all, kind), number: freeNumber(all, first) }],
    kept,
  );
}

/** Adds a board. Rejects with `Complaint` for a name that is taken or none. */
export function withBoard(world: WantedWorld, name: string): WantedWorld {
  if (!/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/.test(name))
    throw new Complaint(
      `"${name}" is no board name: small letters, digits and "-", at most 32, a letter first.`,
    );
  if ([...world.boards, ...world.servers].some((machine) => machine.name === name))
    throw new Complaint(`There is a machine ${name} already.`);
  if (/^server-\d+$/.test(name) || name === "switch" || name === "host")
    throw new Complaint(`"${name}" is the name of something else: call it board-N.`);
  if (world.boards.length >= placeLimits.boardsMax)
    throw new Complaint(`There are ${placeLimits.boardsMax} boards: no addresses are left.`);
  const number = freeNumber(world.boards, placeLimits.firstBoard);
  return { ...world, boards: [...world.boards, { name, number }] };
}

export const withoutBoard = (world: WantedWorld, name: string): WantedWorld => ({
  ...world,
  boards: world.boards.filter((board) => board.name !== name),
});

const freeName = (machines: readonly WantedMachine[], kind: string) =>
  firstFree(
    1,
    (n) => !machines.some(({ name }) => name === `${kind}-${n}`),
    (n) => `${kind}-${n}`,
  );

const freeNumber = (machines: readonly WantedMachine[], first: number) =>
  firstFree(
    first,
    (n) => !machines.some(({ number }) => number === n),
    (n) => n,
  );

function firstFree<T>(from: number, isFree: (n: number) => boolean, as: (n: number) => T): T {
  let n = from;
  while (!isFree(n)) n += 1;
  return as(n);
}
