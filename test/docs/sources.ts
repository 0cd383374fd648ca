/**
 * Where the generated pages come from: the machines and tables of all packages, found by looking.
 *
 * Importing a machine or a table must do nothing else; a file that cannot be imported fails the run.
 */
import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { chartOf } from "@kubus/shared/machine/chart-of.ts";

export type Machine = Parameters<typeof chartOf>[0];

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface FoundMachine {
  /** Relative to the repository. */
  readonly file: string;
  readonly header: string;
  readonly machine: Machine;
}

/** Every exported state machine of `*.machine.ts` and `machine.ts`, sorted by id. */
export async function findMachines(): Promise<readonly FoundMachine[]> {
  const found: FoundMachine[] = [];
  for (const file of await sourceFiles(["packages/*/src/**/*.machine.ts", "packages/*/src/**/machine.ts"])) {
    const header = headerOf(readFileSync(join(repository, file), "utf8"));
    for (const machine of Object.values(await importFrom(file)).filter(isMachine)) {
      found.push({ file, header, machine });
    }
  }
  return found.sort((a, b) => (a.machine.id < b.machine.id ? -1 : 1));
}

/** The paths that match, relative to the repository, sorted. */
export async function sourceFiles(patterns: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const file of glob([...patterns], { cwd: repository, exclude: isForeign })) files.push(file);
  return files.sort();
}

const isForeign = (path: string): boolean => /(^|\/)(node_modules|dist|generated)$/.test(path);

/** Rejects with the file's name when it cannot be imported: a chart that is wrong throws right then. */
export async function importFrom(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(join(repository, file)).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new Error(`${file} cannot be imported: ${String(cause)}`, { cause });
  }
}

/** The text of a file's first comment, without its stars; empty when there is none. */
export function headerOf(source: string): string {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? "";
  return comment.replace(/^\s*\* ?/gm, "").trim();
}

/** A link from a page in `docs/` or below to a file of the repository. */
export const linkTo = (file: string, page: string): string => relative(dirname(page), file);

const isMachine = (value: unknown): value is Machine =>
  typeof value === "object" && value !== null && "root" in value && "definition" in value && "id" in value;
