/**
 * What a container leaves in its folder on tmpfs, and how to read it: the only memory of a runtime.
 *
 * `pid` is written when the program was started, `exit` when it ended; their times are the container's times. A file
 * without its final newline is not written yet.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ContainerIdentity, ContainerSpec } from "../../ports/runtime.ts";
import { parseStat, type ProcessIdentity } from "./process-identity.ts";

/** What must be known of a container after its start. Written before it. */
export interface ContainerRecord extends ContainerIdentity {
  readonly logPath: string;
  readonly workingDir: string;
  readonly user: NonNullable<ContainerSpec["user"]>;
  readonly privileged: boolean;
  readonly capabilities: ContainerSpec["capabilities"];
  /** Absent on what was started before there were attached clients. */
  readonly stdin?: boolean;
  readonly stdinOnce?: boolean;
  readonly tty?: boolean;
}

/** `name.attempt`; a container's name has no dot. */
export const folderName = ({ name, attempt }: Pick<ContainerIdentity, "name" | "attempt">): string =>
  `${name}.${attempt}`;

export const containersDir = (podDir: string): string => join(podDir, "containers");
export const containerDir = (podDir: string, id: Pick<ContainerIdentity, "name" | "attempt">): string =>
  join(containersDir(podDir), folderName(id));

export interface Started {
  readonly process: ProcessIdentity;
  readonly startedAt: number;
}

/** Undefined as long as the program was not started. */
export function readStarted(dir: string): Started | undefined {
  const line = readLine(join(dir, "pid"));
  const process = line === undefined ? undefined : parseStat(line.text);
  if (line === undefined || process === undefined) return undefined;
  return { process: { pid: process.pid, start: process.start }, startedAt: line.writtenAt };
}

/** Undefined as long as it has not ended, or when nobody wrote it down. */
export function readExit(
  dir: string,
): { readonly exitCode: number; readonly finishedAt: number } | undefined {
  const line = readLine(join(dir, "exit"));
  return line === undefined ? undefined : { exitCode: Number(line.text), finishedAt: line.writtenAt };
}

export function readMonitor(dir: string): ProcessIdentity | undefined {
  const line = readLine(join(dir, "monitor"));
  return line === undefined ? undefined : parseStat(line.text);
}

/** Undefined for a folder that was never completed. */
export function readRecord(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as unknown;
  } catch {
    return undefined; // Torn or absent: it is treated as never begun, and swept.
  }
}

function readLine(path: string): { readonly text: string; readonly writtenAt: number } | undefined {
  try {
    const text = readFileSync(path, "utf8");
    if (!text.endsWith("\n")) return undefined;
    return { text: text.trimEnd(), writtenAt: Math.floor(statSync(path).mtimeMs) };
  } catch {
    return undefined; // Not written yet, or removed.
  }
}
