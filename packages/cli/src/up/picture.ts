/** The dashboard of a virtual cluster: its page, with buttons for the cables. */
import { randomBytes } from "node:crypto";
import { feedSource, startDashboard, type Dashboard } from "@kubus/dashboard/server/compose.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { readIfThere, writeWhole } from "../adapters/files.ts";
import type { Layout } from "../cluster/layout.ts";
import type { Keys } from "./configure.ts";
import type { Machines } from "./machines.ts";
import { portComplaint } from "./relay.ts";

export interface PictureOptions {
  readonly layout: Layout;
  readonly port: number;
  readonly keys: Keys;
  readonly machines: Machines;
  /** Origins of the APIs of living servers. */
  readonly servers: () => readonly string[];
  readonly log: Log;
  readonly registry: ActorRegistry;
}

/** Rejects with `Complaint` when the port is taken. */
export async function startPicture(options: PictureOptions): Promise<Dashboard> {
  const { layout, port, keys, machines, servers, log, registry } = options;
  const { certificate, key } = keys.admin;
  try {
    return await startDashboard({
      host: "127.0.0.1",
      port,
      token: await tokenOf(layout),
      source: feedSource({ servers, ca: keys.authority, certificate, key }),
      cables: {
        state: () => Object.fromEntries(machines.list().map(({ name, cable }) => [name, cable])),
        pull: (name, silent) => machines.setCable(name, silent ? "silent" : "pulled"),
        plug: (name) => machines.setCable(name, "plugged"),
        onChange: (listener) => machines.onChange(listener),
      },
      log,
      registry,
    });
  } catch (cause) {
    throw portComplaint(cause, port, "dashboard-port");
  }
}

/** The same over restarts: a page that was open finds its way back. */
async function tokenOf({ dashboardToken }: Layout): Promise<string> {
  const found = await readIfThere(dashboardToken);
  if (found !== undefined) return found.trim();
  const made = randomBytes(24).toString("base64url");
  await writeWhole(dashboardToken, made);
  return made;
}
