/**
 * Removes what a journal lists and nothing else: processes, then mounts, namespaces, links, groups, folders.
 *
 * Everything here may be half made or gone already. What cannot be removed is told and stays in the journal.
 */
import { existsSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { becomesTrue } from "../adapters/await-condition.ts";
import { run } from "../adapters/programs.ts";
import { isAlive, signal } from "../adapters/processes.ts";
import { messageOf } from "../cluster/folder.ts";
import type { Journal, JournalEntry } from "../cluster/journal.ts";
import { killGroup, removeGroup } from "./cgroups.ts";
import { endMarked } from "./marks.ts";
import { removeFolder, unmountBelow } from "./mounts.ts";

type Made = JournalEntry["made"];
type Entry<M extends Made> = Extract<JournalEntry, { readonly made: M }>;

const processEndMs = 5_000;

/** In this order: nobody may run who could make anything anew, and no folder goes before its mounts. */
const steps: { readonly made: Made; readonly undo: (entry: never) => Promise<void> }[] = [
  { made: "cgroup", undo: ({ path }: Entry<"cgroup">) => killGroup(path) },
  { made: "process", undo: endProcess },
  { made: "marked", undo: ({ mark }: Entry<"marked">) => endMarked(mark) },
  { made: "mounts", undo: ({ path }: Entry<"mounts">) => unmountBelow(path) },
  { made: "runDir", undo: ({ path }: Entry<"runDir">) => removeFolder(path) },
  { made: "netns", undo: removeNamespace },
  { made: "link", undo: removeLink },
  { made: "cgroup", undo: ({ path }: Entry<"cgroup">) => removeGroup(path) },
  { made: "claim", undo: ({ path }: Entry<"claim">) => rm(path, { force: true }) },
];

/** Returns what could not be removed, a line each; the journal is cleared when that is nothing. */
export async function cleanUp(journal: Journal): Promise<readonly string[]> {
  const entries = journal.entries();
  const problems: string[] = [];
  for (const { made, undo } of steps)
    await Promise.all(
      entries
        .filter((entry) => entry.made === made)
        .map((entry) =>
          undo(entry as never).catch((error: unknown) => {
            problems.push(messageOf(error)); // Told below; the other things are removed all the same.
          }),
        ),
    );
  // The folders that all clusters share go with the last one.
  for (const folder of ["/run/kubus/claims", "/run/kubus"]) await rmdir(folder).catch(() => undefined);
  if (problems.length === 0) journal.clear();
  return problems;
}

async function endProcess(identity: Entry<"process">): Promise<void> {
  signal(identity, "SIGKILL");
  const hasEnded = await becomesTrue(() => !isAlive(identity), { deadlineMs: processEndMs });
  if (!hasEnded) throw new Error(`${identity.name} (pid ${identity.pid}) does not end.`);
}

async function removeNamespace({ name }: Entry<"netns">): Promise<void> {
  if (existsSync(`/run/netns/${name}`)) await run("ip", ["netns", "del", name]);
}

/** A link goes with its peer, and that with its namespace: often it is gone a moment later by itself. */
async function removeLink({ name }: Entry<"link">): Promise<void> {
  if (!existsSync(`/sys/class/net/${name}`)) return;
  await run("ip", ["link", "del", name]).catch((error: unknown) => {
    if (existsSync(`/sys/class/net/${name}`)) throw error;
  });
}
