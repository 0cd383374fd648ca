/**
 * Reads containers' logs from disk: over rotated files, from the tail or from a time, and on as they grow.
 *
 * Growth is told by the kernel, never asked for. Holds one piece of the file and one unfinished line.
 */
import { watch } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { logChunkBytes } from "../../limits.ts";
import { logPrinter } from "../../logs/cri-line.ts";
import type { LogFiles, LogRead } from "../../ports/log-files.ts";
import { logFilesOf, openAfter, type OpenLog } from "./log-chain.ts";
import { tailStart } from "./tail.ts";

export const logFiles: LogFiles = {
  read: (options, signal) => limited(read(options, signal), options.limitBytes),
  remove: async (path) => {
    await rm(path, { recursive: true, force: true });
    const older = await logFilesOf(path).catch(() => []);
    await Promise.all(older.map((file) => rm(file, { force: true })));
  },
};

async function* read(options: LogRead, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const print = logPrinter(options);
  for await (const lines of pieces(options, signal)) {
    const text = lines.map(print).join("");
    if (text !== "") yield Buffer.from(text);
  }
}

/** Whole lines, as many as a piece of the file holds. */
async function* pieces(options: LogRead, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  const { path, tailLines, ended } = options;
  const growth = ended === undefined ? undefined : watchGrowth(path, ended, signal);
  let file: OpenLog | undefined;
  let next: OpenLog | undefined;
  try {
    const start = tailLines === undefined ? undefined : await tailStart(path, tailLines);
    let offset = start?.offset ?? 0;
    file = await openAt(path, start?.inode);
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      signal.throwIfAborted();
      // Asked before reading: what is written in between is then seen now or rings again.
      const isOver = growth?.isOver() ?? true;
      const chunk = await readAt(file, offset);
      offset += chunk.length;
      if (chunk.length > 0) {
        const all = Buffer.concat([rest, chunk]);
        const cut = all.lastIndexOf(10) + 1;
        rest = all.subarray(cut);
        if (cut > 0)
          yield all
            .subarray(0, cut - 1)
            .toString()
            .split("\n");
        continue;
      }
      if (next !== undefined) {
        await file.handle.close();
        [file, next, offset] = [next, undefined, 0];
        continue;
      }
      // What was written before a rotation that is seen only now is read first.
      next = await openAfter(path, file.inode);
      if (next !== undefined) continue;
      if (growth === undefined || isOver) return;
      await growth.next();
    }
  } finally {
    growth?.stop();
    await file?.handle.close();
    await next?.handle.close();
  }
}

/** The oldest file, or the one with this inode. */
async function openAt(path: string, inode: number | undefined): Promise<OpenLog> {
  let file = await openAfter(path, undefined);
  while (file !== undefined && inode !== undefined && file.inode !== inode) {
    await file.handle.close();
    file = await openAfter(path, file.inode);
  }
  if (file === undefined) throw new Error("There is no log yet.");
  return file;
}

async function readAt({ handle }: OpenLog, offset: number): Promise<Buffer> {
  const buffer = Buffer.alloc(logChunkBytes);
  const { bytesRead } = await handle.read(buffer, 0, logChunkBytes, offset);
  return buffer.subarray(0, bytesRead);
}

/** A bell that the kernel rings when something in the log's folder changes, and once when the container ended. */
function watchGrowth(path: string, ended: Promise<void>, signal: AbortSignal) {
  let isOver = false;
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    rung = true;
    wake?.();
  };
  const watcher = watch(dirname(path), ring);
  // A folder that went away while it was watched: the next read tells.
  watcher.on("error", ring);
  signal.addEventListener("abort", ring, { once: true });
  const end = () => {
    isOver = true;
    ring();
  };
  void ended.then(end, end);
  return {
    isOver: () => isOver,
    next: async () => {
      if (!rung) await new Promise<void>((resolve) => (wake = resolve));
      rung = false;
    },
    stop: () => {
      signal.removeEventListener("abort", ring);
      watcher.close();
    },
  };
}

async function* limited(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number | undefined,
): AsyncGenerator<Uint8Array> {
  let left = limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const chunk of chunks) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
