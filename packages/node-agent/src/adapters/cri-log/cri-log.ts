/**
 * A container's log in the CRI format: `<RFC 3339 with nanoseconds> stdout F|P <text>` per line.
 *
 * Whatever is given is in the file when the call returns, also the beginning of a line (as P), so that the death of
 * the agent loses nothing that it had read. At its limit the file moves aside: `.1` is the youngest of the older ones.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** As the kubelet's defaults: 10 MiB a file, five files. */
export const logLimits = { fileBytesMax: 10 * 1024 * 1024, filesMax: 5 } as const;

export type LogStream = "stdout" | "stderr";

export interface CriLog {
  /** Throws when the disk does not take it; then nothing or only a part of it is in the log. */
  write(stream: LogStream, bytes: Uint8Array): void;
  close(): void;
}

export interface CriLogOptions {
  readonly now: () => number;
  readonly limits?: { readonly fileBytesMax: number; readonly filesMax: number };
}

const newline = 0x0a;

export function openCriLog(path: string, { now, limits = logLimits }: CriLogOptions): CriLog {
  mkdirSync(dirname(path), { recursive: true });
  let fd = openSync(path, "a+");
  let size = mendTear(fd);

  const rotate = () => {
    closeSync(fd);
    for (let age = limits.filesMax - 1; age >= 1; age -= 1)
      moveOver(age === 1 ? path : `${path}.${age - 1}`, `${path}.${age}`);
    fd = openSync(path, "a+");
    size = 0;
  };
  return {
    write: (stream, bytes) => {
      if (bytes.length === 0) return;
      const record = records(`${new Date(now()).toISOString().slice(0, -1)}000000Z ${stream} `, bytes);
      if (size > 0 && size + record.length > limits.fileBytesMax) rotate();
      for (let at = 0; at < record.length;) at += writeSync(fd, record, at);
      size += record.length;
    },
    close: () => closeSync(fd),
  };
}

/**
 * Complete lines as F, what follows the last one as P. Pure.
 *
 * Between the pipe and the file it must be quick: what was read and is not written yet dies with the agent. As Latin-1
 * every byte is a character and comes back as it was, and texts are cut and joined by the engine itself.
 */
function records(head: string, bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  const end = text.lastIndexOf("\n") + 1;
  const whole = end === 0 ? "" : `${head}F ${text.slice(0, end - 1).replaceAll("\n", `\n${head}F `)}\n`;
  const rest = end === text.length ? "" : `${head}P ${text.slice(end)}\n`;
  return Buffer.from(whole + rest, "latin1");
}

/** A write that a power cut tore leaves half a record: the next must not be glued to it. Gives the size. */
function mendTear(fd: number): number {
  const { size } = fstatSync(fd);
  if (size === 0) return 0;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] === newline ? size : size + writeSync(fd, Buffer.of(newline));
}

function moveOver(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    // There is no such age yet.
  }
}
