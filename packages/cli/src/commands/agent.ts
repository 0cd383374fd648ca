/** `kubus agent`: one board's agent, as on real machines. Its pods outlive it. */
import { readFile } from "node:fs/promises";
import { endRequested, version } from "../adapters/this-process.ts";
import type { Command } from "../command/command.ts";
import { agentConfig, agentRows } from "../configuration/agent.ts";
import { flagsOf, printable, readSettings } from "../configuration/table.ts";

export const agent: Command = {
  name: "agent",
  args: [],
  flags: flagsOf(agentRows),
  meaning: "Runs this board's agent in the foreground; SIGTERM ends it, its pods go on.",
  run: async ({ flags, terminal }) => {
    const readText = (path: string) => readFile(path, "utf8");
    const settings = await readSettings({ rows: agentRows, flags, workingDir: process.cwd(), readText });
    if (flags["print-config"] === true) {
      for (const line of printable(settings)) terminal.print(line);
      return 0;
    }
    const { runAgent } = await import("@kubus/node-agent/main.ts");
    const ended = endRequested();
    const running = await runAgent(agentConfig(settings, version));
    await ended;
    await running.stop();
    return 0;
  },
};
