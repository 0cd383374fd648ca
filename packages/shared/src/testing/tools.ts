/**
 * Finds the real programs that tests run against: first on PATH, then where the project keeps fetched ones.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Programs that were fetched for this checkout. */
export const toolsDir = join(
  import.meta.dirname,
  "../../../..",
  "node_modules",
  ".cache",
  "kubus-tools",
  "bin",
);

/** The path of an executable, or undefined when the machine has none. */
export function findTool(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin", toolsDir];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not there, or not ours to run: the next folder is tried.
  }
}
