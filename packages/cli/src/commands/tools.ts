/** `kubus tools`: fetches the programs that this machine lacks and shows where each one is. */
import { defineCommand } from "../command/command.ts";

export const tools = defineCommand({
  name: "tools",
  args: [],
  flags: {},
  meaning:
    "Fetches the programs that kubus runs and this machine lacks; installs nothing. Shows where they are.",
  run: async ({ terminal }) => {
    const { fetchTools, findTools, toolFolder } = await import("../tools/fetch-tools.ts");
    const missing = await fetchTools((line) => {
      terminal.say(`kubus: ${line}`);
    });
    for (const [name, path] of Object.entries(findTools(await toolFolder())))
      terminal.print(`${name.padEnd(12)}${path}`);
    for (const line of missing) terminal.say(`kubus: ${line}`);
    return missing.length === 0 ? 0 : 1;
  },
});
