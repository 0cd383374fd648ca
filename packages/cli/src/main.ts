/** The `kubus` command: everything in the table of commands, from the sources. */
import { commandLine, leave } from "./adapters/this-process.ts";
import { commands } from "./command/commands.ts";
import { runCommand } from "./command/run.ts";

const wantsHelp = commandLine.length === 0 || commandLine.some((word) => word === "--help" || word === "-h");
const words = wantsHelp ? ["help", ...commandLine.filter((word) => !word.startsWith("-"))] : commandLine;

leave(await runCommand(commands, words));
