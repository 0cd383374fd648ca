/** `kubus build`: makes the bundles that boards and servers run, so that their first start need not. */
import { defineCommand } from "../command/command.ts";

export const build = defineCommand({
  name: "build",
  args: [],
  flags: {},
  meaning: "Bundles the server and the agent; their services do it by themselves when it was not done.",
  run: async ({ terminal }) => {
    const { bundles } = await import("../build/bundles.ts");
    const { dir, fresh } = await bundles();
    terminal.print(`${fresh ? "built" : "up to date"}: ${dir}`);
    return 0;
  },
});
