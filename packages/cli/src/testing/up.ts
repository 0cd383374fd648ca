/** `kubus up` with stand-ins for servers and agents, as a process of its own. Arguments: DIR [boards]. */
import { join } from "node:path";
import { runUp } from "../up/run-up.ts";
import { leave, terminal } from "../adapters/this-process.ts";

const [dir = "", boards] = process.argv.slice(2);
const program = (name: string) => join(import.meta.dirname, name);

const exitCode = await runUp({
  dir,
  wishes: { boards: boards === undefined ? undefined : Number(boards), servers: undefined },
  apiPort: 0,
  dashboardPort: 0,
  failover: "balanced",
  terminal,
  programs: () =>
    Promise.resolve({
      dir: import.meta.dirname,
      server: program("stand-in-server.ts"),
      agent: program("stand-in-agent.ts"),
      fresh: false,
    }),
});

leave(exitCode);
