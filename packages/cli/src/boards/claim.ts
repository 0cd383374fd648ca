/**
 * Address ranges for this cluster, taken before anybody else can: a file per slot, machine-wide.
 *
 * What the machine itself uses is read from its addresses and routes.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, thisProcess } from "../adapters/processes.ts";
import { run } from "../adapters/programs.ts";
import { Complaint } from "../command/command.ts";
import type { Journal, ProcessIdentity } from "../cluster/journal.ts";
import { freeSlots, rangesOf, type Ranges } from "../cluster/ranges.ts";

const claimsDir = "/run/kubus/claims";

interface Claim {
  readonly dir: string;
  readonly holder: ProcessIdentity;
}

/** Rejects with `Complaint` when nothing is free, or not the slot that this cluster always had. */
export async function claimRanges(options: {
  readonly dir: string;
  readonly journal: Journal;
  /** The slot of an earlier start. */
  readonly slot: number | undefined;
}): Promise<Ranges> {
  const { dir, journal, slot } = options;
  const free = freeSlots(await takenAddresses());
  const candidates = slot === undefined ? free : free.filter((each) => each === slot);
  const claimed = candidates.find((each) => claim(join(claimsDir, String(each)), dir));
  if (claimed === undefined)
    throw new Complaint(
      slot === undefined
        ? "No address range is free on this machine: its routes take all that kubus could use (see ip route)."
        : `The addresses of this cluster (${rangesOf(slot).nodeCidr}, ${rangesOf(slot).podCidr}) are in use on this ` +
            `machine by something else: see ip route, or end the other cluster.`,
    );
  journal.write({ made: "claim", path: join(claimsDir, String(claimed)) });
  return rangesOf(claimed);
}

/** A claim whose holder is dead and whose addresses are free is nobody's. */
function claim(path: string, dir: string): boolean {
  const own: Claim = { dir, holder: thisProcess() };
  mkdirSync(claimsDir, { recursive: true, mode: 0o755 });
  try {
    writeFileSync(path, JSON.stringify(own), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const other = claimAt(path);
  if (other !== undefined && isAlive(other.holder)) return false;
  rmSync(path, { force: true });
  try {
    writeFileSync(path, JSON.stringify(own), { flag: "wx" });
  } catch {
    return false; // Another start was faster.
  }
  return claimAt(path)?.dir === dir;
}

function claimAt(path: string): Claim | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Claim;
  } catch {
    return undefined; // Gone, or cut off by a crash.
  }
}

async function takenAddresses(): Promise<readonly string[]> {
  const [routes, addresses] = await Promise.all([
    run("ip", ["-j", "-4", "route", "show", "table", "all"]),
    run("ip", ["-j", "-4", "addr"]),
  ]);
  const destinations = (JSON.parse(routes || "[]") as readonly { readonly dst?: string }[]).map(
    ({ dst }) => dst ?? "",
  );
  const own = (
    JSON.parse(addresses || "[]") as readonly {
      readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
    }[]
  ).flatMap(({ addr_info: list = [] }) =>
    list.map(({ local = "", prefixlen = 32 }) => `${local}/${prefixlen}`),
  );
  return [...destinations, ...own];
}
