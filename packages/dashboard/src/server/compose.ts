/**
 * The dashboard's server, wired: its page, its rules of access, its line to the control planes.
 *
 * `kubus up` runs it beside the cluster. It listens on loopback only: the token travels in plain HTTP.
 */
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { buildPage } from "../adapters/page/build-page.ts";
import { servePage } from "../adapters/http/page-server.ts";
import { isToken } from "./access.ts";
import type { Cables, FeedSource, PageFiles } from "./ports.ts";
import { relay } from "./relay.ts";

export { feedSource, type FeedSourceOptions } from "../adapters/feed/feed-source.ts";
export type { Cables, FeedConnection, FeedSource, PageFiles } from "./ports.ts";

export interface DashboardOptions {
  readonly host: "127.0.0.1" | "::1" | "localhost";
  /** 0: any free one. */
  readonly port: number;
  /** At least 16 characters of A-Z, a-z, 0-9, `-`, `_`. */
  readonly token: string;
  readonly source: FeedSource;
  /** Without them the page has no buttons. */
  readonly cables?: Cables;
  readonly log: Log;
  /** Where the links of open pages are listed. */
  readonly registry?: ActorRegistry;
  /** The page when it was built before. */
  readonly page?: PageFiles;
}

export interface Dashboard {
  /** With the token. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Rejects when the port is in use, when the token is none, or when the page cannot be built. */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { host, port, token, source, cables, log, registry, page } = options;
  if (!isToken(token)) throw new Error("The dashboard's token must be 16 letters or digits, or more.");
  const optional = {
    ...(cables === undefined ? {} : { cables }),
    ...(registry === undefined ? {} : { registry }),
  };
  let opened = 0;
  const server = await servePage({
    host,
    port,
    token,
    files: page ?? (await buildPage()),
    onPage: (socket) => {
      opened += 1;
      relay(socket, { id: `page ${opened}`, source, clock: systemClock, log, ...optional });
    },
  });
  const name = host === "::1" ? "[::1]" : host;
  return {
    url: `http://${name}:${server.port}/?token=${token}`,
    port: server.port,
    close: () => server.close(),
  };
}
