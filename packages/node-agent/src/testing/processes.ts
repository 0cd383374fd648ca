/** Looks for processes by what stands on their command line. For tests that ask what was left behind. */
import { readdirSync, readFileSync } from "node:fs";

/** One line for each; shims name their folder, and with it their pod, on their command line. */
export const processesNaming = (text: string): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid, line: commandLine(pid) }))
    .filter(({ line }) => line.includes(text))
    .map(({ pid, line }) => `process ${pid}: ${line}`);

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // It has ended.
  }
}
