/**
 * The audit log as a file: a line of JSON per event. When it is full it begins anew, and the one before is kept beside it.
 *
 * Lines are written together, soon after each other: an event never waits for the disk, and the disk is not written for
 * each of them.
 */
import { appendFile, rename, stat } from "node:fs/promises";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { AuditLog } from "../../api/operation/audit.ts";
import { operationLimits } from "../../api/operation/limits.ts";

export interface AuditFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly bytesMax?: number;
}

export interface AuditFile {
  readonly write: AuditLog;
  /** Writes what still waits. */
  close(): Promise<void>;
}

/** How long a line may wait for others. */
const gatherMs = 200;

export function openAuditFile({ path, clock, log, bytesMax }: AuditFileOptions): AuditFile {
  const limit = bytesMax ?? operationLimits.auditFileBytesMax;
  let lines: string[] = [];
  let timer: unknown;
  let bytes: number | undefined;
  // Writes one after the other.
  let last: Promise<void> = Promise.resolve();

  const append = async (text: string): Promise<void> => {
    bytes ??= await stat(path).then(
      ({ size }) => size,
      () => 0, // There is none yet.
    );
    if (bytes > 0 && bytes + text.length > limit) {
      await rename(path, `${path}.1`);
      bytes = 0;
    }
    await appendFile(path, text, { mode: 0o600 });
    bytes += Buffer.byteLength(text);
  };

  const flush = (): Promise<void> => {
    clock.clearTimeout(timer);
    timer = undefined;
    const text = lines.join("");
    lines = [];
    if (text !== "")
      last = last
        .then(() => append(text))
        .catch((error: unknown) => log.error("audit.lost", { path, error: String(error) }));
    return last;
  };

  return {
    write: (event) => {
      lines.push(`${JSON.stringify(event)}\n`);
      timer ??= clock.setTimeout(() => void flush(), gatherMs);
    },
    close: flush,
  };
}
