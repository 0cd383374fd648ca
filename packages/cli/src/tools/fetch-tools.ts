/**
 * Makes sure that the programs kubus runs are there: on PATH, or fetched once into a folder.
 *
 * Fetching starts no service and installs nothing. What cannot be had says which package it is in.
 */
import { accessSync, constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { isRoot, searchPath } from "../adapters/this-process.ts";
import { repositoryDir } from "../build/bundles.ts";
import { messageOf } from "../cluster/folder.ts";
import { fetchByApt } from "./apt.ts";
import { toolNames, tools, type ToolName } from "./tools.ts";

export type ToolPaths = Readonly<Partial<Record<ToolName, string>>>;

/** Debian keeps these out of the PATH of people who are not root. */
const systemFolders = ["/usr/sbin", "/sbin"];

/** The checkout's own folder of fetched programs. It may belong to somebody else; what is in it serves all. */
const checkoutFolder = join(repositoryDir, "node_modules", ".cache", "kubus-tools");

/** Where fetched programs lie: with the checkout when it is ours to write, else in the cluster's folder. */
export async function toolFolder(clusterTools?: string): Promise<string> {
  try {
    await mkdir(checkoutFolder, { recursive: true });
    await access(checkoutFolder, constants.W_OK);
    return checkoutFolder;
  } catch (error) {
    if (clusterTools !== undefined) return clusterTools; // The checkout belongs to somebody else.
    throw error;
  }
}

/** The programs' paths; those that are missing are not in it. */
export function findTools(folder: string, names: readonly ToolName[] = toolNames): ToolPaths {
  const fetched = [folder, checkoutFolder].map((each) => join(each, "bin"));
  const folders = [...searchPath.split(delimiter).filter(Boolean), ...systemFolders, ...fetched];
  return Object.fromEntries(
    names.flatMap((name) => {
      const path = folders.map((each) => join(each, name)).find(isExecutable);
      return path === undefined ? [] : [[name, path]];
    }),
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not there, or not ours to run: the next folder is tried.
  }
}

/** Finds or fetches. Rejects with `Complaint` that names the packages. */
export async function ensureTools(
  names: readonly ToolName[],
  folder: string,
  say: (line: string) => void,
): Promise<ToolPaths> {
  const missing = missingIn(findTools(folder, names), names);
  if (missing.length > 0) {
    say(
      `fetching ${missing.join(", ")} from the system's package archive (nothing is installed or started) ...`,
    );
    await fetchByApt(missing, folder);
  }
  return findTools(folder, names);
}

const missingIn = (found: ToolPaths, names: readonly ToolName[]) =>
  names.filter((name) => found[name] === undefined);

/** Fetches everything for tests. Returns a line for each program that could not be had. */
export async function fetchTools(say: (line: string) => void = () => undefined): Promise<readonly string[]> {
  const names = toolNames.filter((name) => tools[name].for !== "root" || isRoot());
  const folder = await toolFolder();
  try {
    await ensureTools(names, folder, say);
    return [];
  } catch (error) {
    return missingIn(findTools(folder, names), names).map(
      (name) => `missing: ${name} (Debian package ${tools[name].debianPackage}): ${messageOf(error)}`,
    );
  }
}
