/** Where the last lines of a log begin: read from the end, a piece at a time. */
import type { FileHandle } from "node:fs/promises";
import { logChunkBytes } from "../../limits.ts";
import { parseCriLine } from "../../logs/cri-line.ts";
import { closeAll, openLogs, type OpenLog } from "./log-chain.ts";

export interface LogPosition {
  readonly inode: number;
  readonly offset: number;
}

/** The place after which exactly `lines` lines follow; undefined when there are not more: from the beginning. */
export async function tailStart(path: string, lines: number): Promise<LogPosition | undefined> {
  const files = await openLogs(path);
  try {
    return await startIn([...files].reverse(), lines);
  } finally {
    await closeAll(files);
  }
}

/** `files`: newest first. */
async function startIn(files: readonly OpenLog[], lines: number): Promise<LogPosition | undefined> {
  let missing = lines;
  let isNewest = true;
  for (const { handle, inode } of files) {
    const { size } = await handle.stat();
    if (lines === 0) return { inode, offset: size };
    for await (const { end, line } of linesFromEnd(handle, size)) {
      const parsed = parseCriLine(line);
      // The newest line counts though it is not whole yet.
      const counts = parsed !== undefined && (parsed.isWhole || isNewest);
      isNewest = false;
      if (!counts) continue;
      if (missing === 0) return { inode, offset: end };
      missing -= 1;
    }
  }
  return undefined;
}

interface FoundLine {
  readonly line: string;
  /** The offset after its newline. */
  readonly end: number;
}

async function* linesFromEnd(handle: FileHandle, size: number): AsyncGenerator<FoundLine> {
  let rest: Buffer = Buffer.alloc(0);
  for (let position = size; position > 0;) {
    const length = Math.min(logChunkBytes, position);
    position -= length;
    const chunk = Buffer.alloc(length);
    await handle.read(chunk, 0, length, position);
    rest = Buffer.concat([chunk, rest]);
    // Every newline but the last byte's ends a line that begins after the newline before it.
    let end = rest.length;
    for (let at = rest.lastIndexOf(10, end - 2); end > 1 && at >= 0; at = rest.lastIndexOf(10, end - 2)) {
      yield { line: textOf(rest.subarray(at + 1, end)), end: position + end };
      end = at + 1;
    }
    rest = rest.subarray(0, end);
  }
  if (rest.length > 0) yield { line: textOf(rest), end: rest.length };
}

const textOf = (bytes: Buffer) => bytes.toString().replace(/\n$/, "");
