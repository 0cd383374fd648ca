/** This process as a control plane needs it: where its log goes, and how it ends when a part has a bug. */
import { writeSync } from "node:fs";

/** A line of the log, finished. */
export const writeLine = (line: string): void => {
  try {
    writeSync(process.stderr.fd, line);
  } catch {
    // A disk without room for a log must not end what it tells of, nor stop the lines that follow.
  }
};

/** Exit code of a process that ended itself because of a bug; its supervisor starts another one. */
const bugExitCode = 70;

export const crash = (): never => process.exit(bugExitCode);
