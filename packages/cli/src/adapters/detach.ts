/**
 * `up --detach`: the same command once more, without a terminal, telling its parent over a pipe how it fares.
 *
 * The parent shows that and leaves with the same exit code once the child is ready or has given up.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Terminal } from "../command/command.ts";

const mark = "KUBUS_DETACHED";

interface Told {
  readonly channel: "print" | "say";
  readonly line: string;
}

/** In the child: a terminal that is the parent's, for as long as it listens. Undefined in every other process. */
export function becomeDetached(): Terminal | undefined {
  if (process.env[mark] === undefined || process.send === undefined) return undefined;
  Reflect.deleteProperty(process.env, mark); // Not for the children of this one.
  const tell = (told: Told) => {
    const stream = told.channel === "print" ? process.stdout : process.stderr;
    stream.write(`${told.line}\n`);
    if (!process.connected) return;
    process.send?.(told);
    // The line that says "ready:" is the last one that anybody waits for.
    if (told.channel === "print") process.disconnect();
  };
  return {
    print: (line) => {
      tell({ channel: "print", line });
    },
    say: (line) => {
      tell({ channel: "say", line });
    },
  };
}

/** In the parent: starts the child and resolves to the exit code. */
export async function detach(dir: string, terminal: Terminal): Promise<number> {
  mkdirSync(join(dir, "logs"), { recursive: true, mode: 0o700 });
  const log = openSync(join(dir, "logs", "up.log"), "a", 0o600);
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
    env: { ...process.env, [mark]: "1" },
  });
  const told: Told[] = [];
  child.on("message", (message) => {
    const { channel, line } = message as Told;
    told.push({ channel, line });
    terminal[channel](line);
  });
  const forward = () => child.kill("SIGINT");
  process.once("SIGINT", forward).once("SIGTERM", forward);
  const exit = once(child, "exit") as Promise<[number | null]>;
  // The pipe closes after its last line was read, also when the child ends: only then is everything told.
  await once(child, "disconnect");
  if (told.at(-1)?.channel === "print") {
    child.unref();
    process.removeListener("SIGINT", forward).removeListener("SIGTERM", forward);
    return 0;
  }
  const [code] = await exit;
  return code ?? 1;
}
