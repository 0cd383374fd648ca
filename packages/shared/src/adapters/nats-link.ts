/**
 * A connection to NATS that comes into being by itself and is kept for as long as it is not closed.
 *
 * Cables are pulled here: pings each second find a dead connection within three, a dial gives up after one and a half, and
 * nothing but `close` ends the trying. Servers are trusted by the cluster's own CA and nothing else.
 */
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import {
  connect,
  nkeyAuthenticator,
  type ConnectionOptions,
  type NatsConnection,
} from "@nats-io/transport-node";
import type { BusState, Subscription } from "../bus/bus.ts";
import { linkMachine, linkPauses, type LinkEvent } from "../bus/link.machine.ts";
import type { Log } from "../log/log.ts";
import { fill } from "../machine/port-actor.ts";
import type { ActorRegistry } from "../machine/registry.ts";
import { startActor } from "../machine/run.ts";
import { systemClock } from "../time/system-clock.ts";

export interface NatsOptions {
  /** `host:port`, any of which will do. */
  readonly servers: readonly string[];
  /** The cluster's CA (PEM). Without it the connection is not encrypted: only for tests. */
  readonly ca?: string | undefined;
  /** The user's nkey seed (`SU...`). */
  readonly seed?: string | undefined;
  /** Shown in the server's own reports. */
  readonly name: string;
  /** Where answers arrive; a user that is confined to a branch has one of its own. Default: `_INBOX`. */
  readonly inboxPrefix?: string | undefined;
  readonly log: Log;
  /** Shows the link among the process' actors. */
  readonly registry?: ActorRegistry;
}

export interface NatsLink {
  /** The library's connection while it is up. */
  current(): NatsConnection | undefined;
  /** The library's connection even while it is reconnecting: what is subscribed on it holds afterwards. */
  connection(): NatsConnection | undefined;
  state(): BusState;
  onState(listener: (state: BusState) => void): Subscription;
  /** Called with the connection there is, if any, and with each new one: subscriptions are made on it. */
  onConnection(listener: (connection: NatsConnection) => void): Subscription;
  close(): Promise<void>;
}

export const natsLimits = { pingIntervalMs: 1_000, pingsMissedMax: 2, dialTimeoutMs: 1_500 } as const;

interface Life {
  connection: NatsConnection | undefined;
  state: BusState;
  readonly stateListeners: Set<(state: BusState) => void>;
  readonly connectionListeners: Set<(connection: NatsConnection) => void>;
}

/** Begins to dial at once. Log events: `bus.connected`, `bus.disconnected`, `bus.unreachable`, `bus.refused`. */
export function natsLink(options: NatsOptions): NatsLink {
  const { log, name, registry } = options;
  const life: Life = {
    connection: undefined,
    state: "disconnected",
    stateListeners: new Set(),
    connectionListeners: new Set(),
  };
  const dial = async () => {
    const connection = await connect(connectionOptions(options)).catch((error: unknown) => {
      log.warn("bus.unreachable", { name, why: String(error) });
      throw error;
    });
    if (life.state === "closed") {
      await connection.close();
      return undefined;
    }
    life.connection = connection;
    void narrate(connection, options, (event) => actor.send(event));
    for (const listener of [...life.connectionListeners]) listener(connection);
    return undefined;
  };
  const enter = (state: BusState) => {
    if (life.state === state || life.state === "closed") return;
    life.state = state;
    log.info(`bus.${state}`, { name });
    for (const listener of [...life.stateListeners]) listener(state);
  };
  const actor = startActor(linkMachine.provide({ actors: { dial: fill(dial) } }), {
    id: `link ${name}`,
    input: undefined,
    clock: systemClock,
    ...(registry === undefined ? {} : { registry }),
    onError: (error) => log.error("bus.failed", { name, why: String(error) }),
  });
  actor.subscribe((snapshot) => enter(snapshot.matches("connected") ? "connected" : "disconnected"));

  return {
    current: () => (life.state === "connected" ? life.connection : undefined),
    connection: () => life.connection,
    state: () => life.state,
    onState: (listener) => member(life.stateListeners, listener),
    onConnection: (listener) => {
      if (life.connection !== undefined) listener(life.connection);
      return member(life.connectionListeners, listener);
    },
    close: async () => {
      enter("closed");
      actor.stop();
      await life.connection?.close();
    },
  };
}

function connectionOptions({ servers, ca, seed, name, inboxPrefix }: NatsOptions): ConnectionOptions {
  return {
    servers: [...servers],
    name,
    ...(ca === undefined ? {} : { tls: { ca, ...identityCheck(servers) } }),
    ...(seed === undefined ? {} : { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) }),
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
    pingInterval: natsLimits.pingIntervalMs,
    maxPingOut: natsLimits.pingsMissedMax,
    maxReconnectAttempts: -1,
    timeout: natsLimits.dialTimeoutMs,
    reconnectDelayHandler: reconnectDelay(),
    // Users are added while the server runs: one that is unknown now may be known in a moment.
    ignoreAuthErrorAbort: true,
    ignoreClusterUpdates: true,
    noAsyncTraces: true,
  };
}

/**
 * The library names no host when the server is an address, so the check is made here: the certificate must be
 * for one of the servers that we were told of.
 */
function identityCheck(servers: readonly string[]) {
  const hosts = servers.map((server) => new URL(`nats://${server.replace(/^\w+:\/\//, "")}`).hostname);
  return {
    checkServerIdentity: (_host: string, certificate: PeerCertificate) => {
      const errors = hosts.map((host) => checkServerIdentity(host.replace(/^\[|\]$/g, ""), certificate));
      return errors.every((error) => error !== undefined) ? errors[0] : undefined;
    },
  };
}

/**
 * Grows with the time that nothing answered, and is never the same for all boards at once. (The library asks several
 * times per try, so tries cannot be counted here.)
 */
function reconnectDelay(): () => number {
  const { firstMs, maxMs } = linkPauses;
  const share = 0.75 + Math.random() / 2;
  let since = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = systemClock.monotonic();
    if (now - askedAt > natsLimits.dialTimeoutMs + 2 * maxMs) since = now;
    askedAt = now;
    return share * Math.min(maxMs, Math.max(firstMs, (now - since) / 4));
  };
}

/** Turns what the library reports into events of the link. */
async function narrate(
  connection: NatsConnection,
  { log, name }: NatsOptions,
  tell: (event: LinkEvent) => void,
): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "disconnect") tell({ type: "link.lost" });
    if (status.type === "reconnect") tell({ type: "link.restored" });
    if (status.type === "staleConnection") dropSocket(connection);
    if (status.type === "error") log.warn("bus.refused", { name, why: status.error.message });
  }
  tell({ type: "link.closed" });
}

/**
 * On a stale connection the library first waits for its socket to take what was written, which a peer behind a
 * pulled cable never does. Without the socket it goes on at once.
 */
function dropSocket(connection: NatsConnection): void {
  const { protocol } = connection as unknown as {
    readonly protocol?: { readonly transport?: { readonly socket?: { destroy(): void } } };
  };
  protocol?.transport?.socket?.destroy();
}

function member<T>(set: Set<T>, value: T): Subscription {
  set.add(value);
  return { unsubscribe: () => void set.delete(value) };
}
