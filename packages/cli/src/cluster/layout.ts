/** Where things lie in a cluster's folder (DIR). Pure. */
import { join } from "node:path";

/** A folder of another number is refused: its files mean something else. */
export const layoutVersion = 1;

export interface Layout {
  readonly dir: string;
  readonly version: string;
  readonly lock: string;
  readonly journal: string;
  readonly controlSocket: string;
  /** The wanted world: boards, servers, addresses. */
  readonly world: string;
  readonly kubeconfig: string;
  readonly clusterSecret: string;
  /** Signs service account tokens; all servers share it. */
  readonly serviceAccountKey: string;
  readonly dashboardToken: string;
  readonly tools: string;
  /** Bundles, when the checkout belongs to somebody else. */
  readonly bundles: string;
  readonly logs: string;
  /** What every board sees: volumes of the class `shared`. */
  readonly shared: string;
  readonly pki: string;
  readonly busUsers: string;
  readonly busConf: string;
  readonly busUsersConf: string;
  readonly busPid: string;
  readonly busStore: string;
  certificate(name: string): string;
  key(name: string): string;
  log(name: string): string;
  server(name: string): Machine;
  board(name: string): Machine;
}

/** What one server or board keeps. */
export interface Machine {
  readonly dir: string;
  readonly config: string;
  readonly seed: string;
  readonly state: string;
  /** Plays the board's /sys, if somebody made it: a board that is hot, or short of voltage. */
  readonly sysfs: string;
}

export function layoutOf(dir: string): Layout {
  const at = (...parts: readonly string[]) => join(dir, ...parts);
  const machine = (kind: string, name: string): Machine => ({
    dir: at(kind, name),
    config: at(kind, name, "config.yaml"),
    seed: at(kind, name, "seed"),
    state: at(kind, name, "state"),
    sysfs: at(kind, name, "sysfs"),
  });
  return {
    dir,
    version: at("version"),
    lock: at("lock"),
    journal: at("journal"),
    controlSocket: at("control.sock"),
    world: at("up.json"),
    kubeconfig: at("kubeconfig"),
    clusterSecret: at("cluster-secret"),
    serviceAccountKey: at("pki", "service-account.key"),
    dashboardToken: at("dashboard-token"),
    tools: at("tools"),
    bundles: at("bundles"),
    logs: at("logs"),
    shared: at("shared"),
    pki: at("pki"),
    busUsers: at("bus", "users.json"),
    busConf: at("bus", "nats.conf"),
    busUsersConf: at("bus", "users.conf"),
    busPid: at("bus", "nats.pid"),
    busStore: at("bus", "jetstream"),
    certificate: (name) => at("pki", `${name}.crt`),
    key: (name) => at("pki", `${name}.key`),
    log: (name) => at("logs", `${name}.log`),
    server: (name) => machine("servers", name),
    board: (name) => machine("boards", name),
  };
}
