/**
 * A cluster's folder: made, recognised, locked.
 *
 * A folder of another layout is refused, and so is one that a living `up` uses. The lock names its holder by pid
 * and start time, so a crash leaves no lock that anybody must remove by hand.
 */
import { existsSync } from "node:fs";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { readIfThere, writeWhole } from "../adapters/files.ts";
import { isAlive, thisProcess } from "../adapters/processes.ts";
import { Complaint } from "../command/command.ts";
import type { ProcessIdentity } from "./journal.ts";
import { layoutOf, layoutVersion, type Layout } from "./layout.ts";

/** Makes the folder or recognises it. Rejects with `Complaint` when it is not one of ours. */
export async function openFolder(dir: string): Promise<Layout> {
  const layout = layoutOf(dir);
  await mkdir(dir, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new Complaint(`The folder ${dir} cannot be made: ${messageOf(cause)}`, { cause });
  });
  if ((await readIfThere(layout.version)) === undefined) {
    const files = (await readdir(dir)).filter((name) => name !== "tools");
    if (files.length > 0)
      throw new Complaint(
        `${dir} is not a kubus folder and not empty (it holds ${files[0] ?? ""}): give another one with --dir.`,
      );
    await writeWhole(layout.version, `${layoutVersion}\n`);
  }
  await checkVersion(layout);
  return layout;
}

/** For commands that only look: rejects with `Complaint` when there is no cluster. */
export async function existingFolder(dir: string): Promise<Layout> {
  const layout = layoutOf(dir);
  if (!existsSync(layout.version))
    throw new Complaint(`There is no kubus cluster in ${dir}. Start one: kubus up --dir ${dir}`);
  await checkVersion(layout);
  return layout;
}

async function checkVersion({ dir, version }: Layout): Promise<void> {
  const found = (await readIfThere(version))?.trim() ?? "";
  if (found === String(layoutVersion)) return;
  throw new Complaint(
    `${dir} has layout ${found || "(empty)"}, this kubus writes layout ${layoutVersion}. ` +
      `Use the kubus that made it, or another folder with --dir.`,
  );
}

/** Who holds the folder: a living `up`, or nobody. */
export async function holderOf({ lock }: Layout): Promise<ProcessIdentity | undefined> {
  const text = await readIfThere(lock);
  if (text === undefined) return undefined;
  try {
    const holder = JSON.parse(text) as ProcessIdentity;
    return isAlive(holder) ? holder : undefined;
  } catch {
    return undefined; // Cut off by a crash: its writer is gone.
  }
}

/** Rejects with `Complaint` when a living `up` holds it. Returns how to let go. */
export async function lockFolder(layout: Layout): Promise<() => Promise<void>> {
  const holder = await holderOf(layout);
  if (holder !== undefined) throw inUse(layout, holder);
  await rm(layout.lock, { force: true });
  try {
    const file = await open(layout.lock, "wx", 0o600);
    await file.writeFile(JSON.stringify(thisProcess()));
    await file.close();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw inUse(layout, await holderOf(layout));
    throw cause;
  }
  return () => rm(layout.lock, { force: true });
}

const inUse = ({ dir }: Layout, holder: ProcessIdentity | undefined) =>
  new Complaint(
    `${dir} is in use by another kubus up (pid ${holder?.pid ?? "unknown"}). ` +
      `End it with: kubus down --dir ${dir} - or use another folder with --dir.`,
  );

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
