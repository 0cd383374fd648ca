/**
 * An agent for tests of the world around it: says hello ten times a second, and leaves behind what agents leave: a
 * process of its own session, and with root a mount below its run folder.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { natsBus } from "@kubus/shared/adapters/nats-bus.ts";
import { inboxPrefix, subjectOf } from "@kubus/shared/bus/subjects.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { parse } from "yaml";

interface Config {
  readonly node: string;
  readonly address: string;
  readonly runDir: string;
  readonly runtime: string;
  readonly bus: { readonly servers: readonly string[]; readonly caFile: string; readonly seedFile: string };
}

const text = (path: string) => readFileSync(path, "utf8");
const config = parse(text(process.argv[process.argv.indexOf("--config") + 1] ?? "")) as Config;
const bus = natsBus({
  name: config.node,
  servers: config.bus.servers,
  ca: text(config.bus.caFile),
  seed: text(config.bus.seedFile).trim(),
  inboxPrefix: inboxPrefix(config.node),
  log: silentLog,
});

mkdirSync(config.runDir, { recursive: true });
const pod = join(config.runDir, "pod.pid");
if (!existsSync(pod)) {
  if (config.runtime === "process") execFileSync("mount", ["-t", "tmpfs", "none", config.runDir]);
  const { pid } = spawn("sh", ["-c", "sleep 10000 & wait"], { detached: true, stdio: "ignore" });
  writeFileSync(pod, String(pid));
}

setInterval(() => {
  bus.publish(
    subjectOf("hello", config.node),
    new TextEncoder().encode(JSON.stringify({ address: config.address })),
  );
}, 100);
process.on("SIGTERM", () => process.exit(0));
