/** The `kubus` command: everything in the table of commands, from the sources. */
import { commandLine } from "./adapters/this-process.ts";
import { commands } from "./command/commands.ts";
import { runCommand } from "./command/run.ts";

const wantsHelp = commandLine.length === 0 || commandLine.some((word) => word === "--help" || word === "-h");
const words = wantsHelp ? ["help", ...commandLine.filter((word) => !word.startsWith("-"))] : commandLine;

process.exitCode = await runCommand(commands, words);
