/**
 * A command whose process runs for long: it becomes its bundle, which is 18 MB smaller than the sources.
 *
 * Same process, same pid: whoever started it (systemd, a shell) notices nothing.
 */
import { become, commandLine } from "../adapters/this-process.ts";
import { messageOf } from "../cluster/folder.ts";
import { nodeFlags } from "../build/node-flags.ts";
import type { Command } from "../command/command.ts";

export const bundled = (command: Command, bundle: "server" | "agent"): Command => ({
  ...command,
  run: async (call) => {
    if (call.flags["print-config"] === true) return command.run(call);
    const { bundles } = await import("../build/bundles.ts");
    try {
      const made = await bundles();
      become(made[bundle], nodeFlags[bundle], commandLine.slice(1));
    } catch (error) {
      // A checkout that is not ours to write, say. The sources do the same, only larger.
      call.terminal.say(`kubus: not bundled (${messageOf(error)}); running from the sources.`);
    }
    return command.run(call);
  },
});
