/** This process as the commands see it: its words, its folder, its signals, its terminal. */
import { createRequire } from "node:module";
import type { NodeFlags } from "../build/node-flags.ts";
import type { Terminal } from "../command/command.ts";

/** The words after the program's name. */
export const commandLine: readonly string[] = process.argv.slice(2);

/**
 * A reader that has seen enough (`kubus help | head`), and a disk that has no room for a log: neither may end the
 * process that only wanted to tell something.
 */
const untold: readonly (string | undefined)[] = ["EPIPE", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS"];

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (!untold.includes(error.code)) throw error;
  });
}

export const terminal: Terminal = {
  print: (line) => {
    process.stdout.write(`${line}\n`);
  },
  say: (line) => {
    process.stderr.write(`${line}\n`);
  },
};

/** Of the kubus package. A bundle has it compiled in. */
declare const KUBUS_VERSION: string | undefined;

export const version: string =
  typeof KUBUS_VERSION === "string"
    ? KUBUS_VERSION
    : (createRequire(import.meta.url)("../../../../package.json") as { readonly version: string }).version;

/** Resolves at the first SIGTERM or SIGINT; later ones change nothing, so that the orderly end can finish. */
export const endRequested = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    process.on("SIGTERM", resolve);
    process.on("SIGINT", resolve);
  });

/**
 * Ends this process, when everything that it had to do is done. A connection that somebody still holds open must not
 * keep a program alive that has said goodbye.
 */
export const leave = (exitCode: number): never => process.exit(exitCode);

export const isRoot = (): boolean => process.geteuid?.() === 0;

export const searchPath: string = process.env["PATH"] ?? "";

/** The PATH for what is started: this one, where root's programs lie, and a folder of fetched programs. */
export const pathWith = (folder: string): string => [searchPath, "/usr/sbin", "/sbin", folder].join(":");

/** The Node that runs this. */
export const nodeProgram: string = process.execPath;

/** Replaces what this process runs. Returns only where the system cannot do that. */
export function become(script: string, { args, env }: NodeFlags, words: readonly string[]): void {
  process.execve?.(process.execPath, [process.execPath, ...args, script, ...words], {
    ...process.env,
    ...env,
  });
}
