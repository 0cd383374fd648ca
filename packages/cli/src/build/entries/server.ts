/** What boards and `up` run as `kubus server`: this one command, bundled. */
import { commandLine, leave } from "../../adapters/this-process.ts";
import { runCommand } from "../../command/run.ts";
import { server } from "../../commands/server.ts";

leave(await runCommand([server], ["server", ...commandLine]));
