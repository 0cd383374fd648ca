/**
 * THE table of commands. `help` and parsing are loops over it.
 *
 * Whatever is heavy is imported inside `run`: `kubus status` must not wait for what `kubus up` needs.
 */
import { agent } from "../commands/agent.ts";
import { build } from "../commands/build.ts";
import { bundled } from "../commands/bundled.ts";
import { help } from "../commands/help.ts";
import { agentInit, nodeAdd, serverInit } from "../commands/init.ts";
import { server } from "../commands/server.ts";
import { boardCommands, cablePlug, cablePull, down, status } from "../commands/steer.ts";
import { tools } from "../commands/tools.ts";
import { up } from "../commands/up.ts";
import type { Command } from "./command.ts";

export const commands: readonly Command[] = [
  up,
  status,
  down,
  cablePull,
  cablePlug,
  ...boardCommands,
  bundled(server, "server"),
  serverInit,
  nodeAdd,
  bundled(agent, "agent"),
  agentInit,
  build,
  tools,
  help(() => commands),
];
