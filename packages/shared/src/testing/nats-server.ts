/**
 * A real nats-server for tests: on loopback, on a free port, in a folder of its own.
 *
 * It is ended by its pid, also when the test process exits early; `restart` comes back on the same port with the
 * same files, as a machine does after a crash.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTool } from "./tools.ts";
import { until } from "./until.ts";

export interface NatsUser {
  /** The public key, `U...`. */
  readonly nkey: string;
  /** Everything is allowed when absent. */
  readonly permissions?: {
    readonly publish: readonly string[];
    readonly subscribe: readonly string[];
    /** May answer requests that it received, whatever their reply subject. */
    readonly allowResponses?: boolean;
  };
}

export interface NatsServerOptions {
  /** Default: false. */
  readonly jetstream?: boolean;
  /** Where JetStream keeps its files. Default: a temporary folder that `stop` removes. */
  readonly storeDir?: string;
  /** PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly users?: readonly NatsUser[];
  /** Default: "default", since most tests do not cut the power. */
  readonly sync?: "always" | "default";
  /** Default: what `findTool` finds. */
  readonly program?: string;
}

export interface NatsServer {
  readonly port: number;
  readonly url: string;
  readonly dir: string;
  readonly version: string;
  pid(): number | undefined;
  /** Sends a signal; for one that ends the process, resolves when it is gone. */
  kill(signal: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT" | "SIGHUP"): Promise<void>;
  /** Starts it again, after `kill`, or ends and starts it. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Why tests that need a nats-server must be skipped, or false. For `test(..., { skip })`. */
export const natsServerMissing: string | false =
  findTool("nats-server") === undefined
    ? "no nats-server on this machine (apt-get install nats-server)"
    : false;

export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const program = options.program ?? findTool("nats-server");
  if (program === undefined) throw new Error("There is no nats-server on this machine.");
  const version = /v(\d+\.\d+\.\d+)/.exec(execFileSync(program, ["--version"]).toString())?.[1] ?? "unknown";
  const dir = mkdtempSync(join(tmpdir(), `kubus-nats-${process.pid}-`));
  const life: { child?: ChildProcess; port: number } = { port: -1 };

  const start = async () => {
    writeFileSync(join(dir, "nats.conf"), configuration(options, { dir, port: life.port, version }));
    const child = spawn(program, ["-c", join(dir, "nats.conf"), "--ports_file_dir", dir], {
      stdio: "ignore",
    });
    life.child = child;
    endWithUs(child);
    life.port = await until("nats-server to listen", () => {
      if (child.exitCode !== null) throw new Error(`nats-server exited: ${tail(join(dir, "nats.log"))}`);
      return listeningPort(dir, child.pid);
    });
    await until("nats-server to accept", () => accepts(life.port));
  };
  const kill: NatsServer["kill"] = async (signal) => {
    const { child } = life;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    if (signal === "SIGKILL" || signal === "SIGTERM") await exited;
  };

  await start();
  return {
    port: life.port,
    url: `127.0.0.1:${life.port}`,
    dir,
    version,
    pid: () => life.child?.pid,
    kill,
    restart: async () => {
      await kill("SIGKILL");
      await start();
    },
    stop: async () => {
      await kill("SIGKILL"); // SIGKILL also ends a stopped process; nothing here needs an orderly end.
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const children = new Set<ChildProcess>();

/** A test process that ends early leaves no server behind. */
function endWithUs(child: ChildProcess): void {
  if (children.size === 0) process.on("exit", endChildren);
  children.add(child);
  child.once("exit", () => {
    children.delete(child);
    if (children.size === 0) process.off("exit", endChildren);
  });
}

function endChildren(): void {
  for (const child of children) child.kill("SIGKILL");
}

function configuration(
  { jetstream = false, storeDir, tls, users, sync = "default" }: NatsServerOptions,
  { dir, port, version }: { readonly dir: string; readonly port: number; readonly version: string },
): string {
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    `server_name: "test-${process.pid}"`,
    `log_file: "${join(dir, "nats.log")}"`,
    "max_payload: 4MB",
    'ping_interval: "1s"',
    "ping_max: 2",
  ];
  if (jetstream) {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const syncs = sync === "always" && (major > 2 || minor >= 10) ? ", sync_interval: always" : "";
    lines.push(`jetstream { store_dir: "${storeDir ?? join(dir, "jetstream")}"${syncs} }`);
  }
  if (tls !== undefined) {
    writeFileSync(join(dir, "server.crt"), tls.certificate);
    writeFileSync(join(dir, "server.key"), tls.key, { mode: 0o600 });
    lines.push(`tls { cert_file: "${join(dir, "server.crt")}", key_file: "${join(dir, "server.key")}" }`);
  }
  if (users !== undefined) lines.push(`authorization { users: [\n${users.map(userLine).join("\n")}\n] }`);
  return `${lines.join("\n")}\n`;
}

function userLine({ nkey, permissions }: NatsUser): string {
  if (permissions === undefined) return `  { nkey: ${nkey} }`;
  const { publish, subscribe, allowResponses = false } = permissions;
  const responses = allowResponses ? ", allow_responses: true" : "";
  const lists = `publish: ${JSON.stringify(publish)}, subscribe: ${JSON.stringify(subscribe)}${responses}`;
  return `  { nkey: ${nkey}, permissions: { ${lists} } }`;
}

/** nats-server writes the ports that it chose into `<program>_<pid>.ports`. */
function listeningPort(dir: string, pid: number | undefined): number | undefined {
  const file = readdirSync(dir).find((name) => name.endsWith(`_${pid}.ports`));
  if (file === undefined) return undefined;
  try {
    const { nats } = JSON.parse(readFileSync(join(dir, file), "utf8")) as {
      readonly nats?: readonly string[];
    };
    const url = nats?.at(0);
    return url === undefined ? undefined : Number(new URL(url.replace(/^\w+:/, "http:")).port);
  } catch {
    return undefined; // Half written: the next look finds it whole.
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "data"); // The greeting: it serves.
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function tail(file: string): string {
  try {
    return readFileSync(file, "utf8").slice(-2_000);
  } catch {
    return "no log was written";
  }
}
