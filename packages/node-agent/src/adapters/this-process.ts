/** This process as an agent needs it: where its log goes, and how it ends when a part has a bug. */

/** A line of the log, finished. */
export const writeLine = (line: string): void => {
  process.stderr.write(line);
};

/** Exit code of a process that ended itself because of a bug; its supervisor starts another one, pods go on. */
const bugExitCode = 70;

export const crash = (): never => process.exit(bugExitCode);
