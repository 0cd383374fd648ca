/**
 * The bus' configuration: who may connect, and what each may do. Pure.
 *
 * nats.conf is written once per start; users.conf is written anew whenever a user comes or goes, and the bus
 * reads it again on SIGHUP.
 */
import { agentPermissions } from "@kubus/shared/bus/subjects.ts";

export interface BusUser {
  readonly role: "server" | "agent";
  /** A server's or a board's name. */
  readonly name: string;
  /** The public nkey, `U...`. */
  readonly key: string;
}

export interface BusConf {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly storeDir: string;
  readonly pidFile: string;
  /** nats-server's own version: older than 2.10 cannot sync each write. */
  readonly version: string;
}

export const busLimits = {
  payloadBytesMax: 4 * 1024 * 1024,
  /** What one slow client may hold up before it is cut off. */
  pendingBytesMax: 32 * 1024 * 1024,
} as const;

/** Whether acked writes survive a power cut. */
export const syncsEachWrite = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 10);
};

const quoted = (text: string) => JSON.stringify(text);

export function natsConf(conf: BusConf): string {
  return `# Written by kubus at each start.
server_name: ${quoted(conf.name)}
host: ${quoted(conf.host)}
port: ${conf.port}
pid_file: ${quoted(conf.pidFile)}
tls {
  cert_file: ${quoted(conf.certificateFile)}
  key_file: ${quoted(conf.keyFile)}
}
max_payload: ${busLimits.payloadBytesMax}
max_pending: ${busLimits.pendingBytesMax}
write_deadline: "2s"
ping_interval: "1s"
ping_max: 2
jetstream {
  store_dir: ${quoted(conf.storeDir)}${syncsEachWrite(conf.version) ? "\n  sync_interval: always" : ""}
}
include "./users.conf"
`;
}

export function usersConf(users: readonly BusUser[]): string {
  return `# Written by kubus. Servers may do everything, an agent what lies below its own name.
authorization {
  timeout: 5
  users: [
${users.map((user) => `    ${userLine(user)}`).join("\n")}
  ]
}
`;
}

function userLine({ role, name, key }: BusUser): string {
  if (role === "server") return `{ nkey: ${key} } # ${name}`;
  const { publish, subscribe } = agentPermissions(name);
  const list = (subjects: readonly string[]) => `[${subjects.map(quoted).join(", ")}]`;
  return (
    `{ nkey: ${key}, permissions: { publish: { allow: ${list(publish)} }, ` +
    `subscribe: { allow: ${list(subscribe)} }, allow_responses: true } } # ${name}`
  );
}

/** The users with this one in it: a name has one key, and a new key replaces the old one. */
export const withUser = (users: readonly BusUser[], user: BusUser): readonly BusUser[] => [
  ...users.filter(({ role, name }) => role !== user.role || name !== user.name),
  user,
];

export const withoutUser = (users: readonly BusUser[], gone: Omit<BusUser, "key">): readonly BusUser[] =>
  users.filter(({ role, name }) => role !== gone.role || name !== gone.name);

/** A public user key of NATS: base32, 56 characters. */
export const isUserKey = (key: string): boolean => /^U[A-Z2-7]{55}$/.test(key);
