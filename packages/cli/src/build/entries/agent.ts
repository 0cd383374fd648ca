/** What boards and `up` run as `kubus agent`: this one command, bundled. */
import { commandLine, leave } from "../../adapters/this-process.ts";
import { runCommand } from "../../command/run.ts";
import { agent } from "../../commands/agent.ts";

leave(await runCommand([agent], ["agent", ...commandLine]));
