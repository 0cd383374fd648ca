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

/** Complete lines as F, what follows the last one as P. Pure. */
function records(head: string, bytes: Uint8Array): Buffer {
  const [full, partial] = [Buffer.from(`${head}F `), Buffer.from(`${head}P `)];
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, at)) {
    pieces.push(full, bytes.subarray(at, end + 1));
    at = end + 1;
  }
  if (at < bytes.length) pieces.push(partial, bytes.subarray(at), Buffer.of(newline));
  return Buffer.concat(pieces);
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
