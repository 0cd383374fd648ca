/** Runs one command line against a table of commands and tells what went wrong. */
import { terminal } from "../adapters/this-process.ts";
import { Complaint, type Command } from "./command.ts";
import { parse } from "./parse.ts";

/** Resolves to the exit code. What is nobody's fault but ours is thrown on, with its stack. */
export async function runCommand(commands: readonly Command[], words: readonly string[]): Promise<number> {
  try {
    const { command, args, flags } = parse(commands, words);
    return await command.run({ args, flags, terminal });
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    terminal.say(`kubus: ${error.message}`);
    return error.exitCode;
  }
}
