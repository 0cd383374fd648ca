/** `kubus server`: one control plane, as on real machines. */
import { readFile } from "node:fs/promises";
import { endRequested, version } from "../adapters/this-process.ts";
import type { Command } from "../command/command.ts";
import { serverConfig, serverRows } from "../configuration/server.ts";
import { flagsOf, printable, readSettings } from "../configuration/table.ts";

export const server: Command = {
  name: "server",
  args: [],
  flags: flagsOf(serverRows),
  meaning: "Runs one control plane in the foreground; SIGTERM ends it in an orderly way.",
  run: async ({ flags, terminal }) => {
    const readText = (path: string) => readFile(path, "utf8");
    const settings = await readSettings({ rows: serverRows, flags, workingDir: process.cwd(), readText });
    if (flags["print-config"] === true) {
      for (const line of printable(settings)) terminal.print(line);
      return 0;
    }
    const { runServer } = await import("@kubus/control-plane/main.ts");
    const ended = endRequested();
    const running = await runServer(serverConfig(settings, version));
    await ended;
    await running.stop();
    return 0;
  },
};
