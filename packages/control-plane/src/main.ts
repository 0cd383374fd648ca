/** One control plane as a process: wires the real parts, and ends the process when one of them has a bug. */
import { mkdir } from "node:fs/promises";
import { logTo } from "@kubus/shared/log/log.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { crash, writeLine } from "./adapters/this-process.ts";
import { startServer, type Server } from "./compose.ts";
import type { ServerConfig } from "./config.ts";

/** The sources run as they are; a bundle lies beside its worker. */
const detectorUrl = import.meta.url.endsWith(".ts")
  ? new URL("./adapters/detector/worker.ts", import.meta.url)
  : new URL("./detector-worker.js", import.meta.url);

/** Resolves when the API is served. Rejects when a port is taken or the store is refused. */
export async function runServer(config: ServerConfig): Promise<Server> {
  await mkdir(config.stateDir, { recursive: true });
  const log = logTo(writeLine, {
    now: () => systemClock.now(),
    level: "info",
    fields: { server: config.name },
  });
  const onError = (error: unknown) => {
    log.error("server.crashed", {
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    crash();
  };
  return startServer({ config, log, detectorUrl, onError });
}
