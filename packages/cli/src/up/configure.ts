/**
 * Writes what each process of a virtual cluster is told: certificates, the bus' users, configuration files.
 *
 * Everything is derived from the wanted world and written anew at each start; only keys are kept.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { isThere, secretMode, writeWhole } from "../adapters/files.ts";
import type { ServerConfig } from "@kubus/control-plane/config.ts";
import type { Traits } from "../boards/virtual-boards.ts";
import { natsConf } from "../cluster/bus-conf.ts";
import {
  adminRequest,
  apiCertificate,
  busCertificate,
  ensureSeed,
  openCredentials,
  saveBusUsers,
} from "../cluster/credentials.ts";
import type { Layout } from "../cluster/layout.ts";
import type { KeyPair } from "../cluster/pki.ts";
import { apiServiceAddress, type Ranges } from "../cluster/ranges.ts";
import type { Target } from "./relay.ts";

/** A server as everybody knows it. */
export interface ServerPlace {
  readonly name: string;
  readonly address: string;
  /** Where its API listens. */
  readonly api: Target;
  readonly udpPort: number;
}

export interface ServerPlan extends ServerPlace {
  /** Where its machine differs from the cluster's plan. */
  readonly traits: Pick<Traits, "link" | "bus">;
}

export interface AgentPlan {
  readonly name: string;
  readonly address: string;
  readonly udpPort: number;
  readonly share: number;
  readonly traits: Traits;
}

/** What the operator wishes of the servers, in the words of their configuration; their own defaults where absent. */
export interface ServerWishes {
  readonly legacyApis?: string;
  readonly switches?: ServerConfig["switches"];
  /** `-NAME`, `NAME=WEIGHT`. */
  readonly schedulerScores?: readonly string[];
}

export interface ClusterPlan extends ServerWishes {
  readonly layout: Layout;
  readonly ranges: Ranges;
  /** Where the bus listens, and where machines reach it unless their traits say otherwise. */
  readonly bus: Target;
  readonly natsVersion: string;
  readonly failover: string;
}

export interface Keys {
  readonly authority: string;
  readonly admin: KeyPair;
}

/** Certificates and the bus' configuration. Returns what `up` itself needs to ask the API. */
export async function configureCluster(
  plan: ClusterPlan,
  servers: readonly ServerPlace[],
  now: number,
): Promise<Keys> {
  const { layout, ranges, bus, natsVersion } = plan;
  const credentials = await openCredentials(layout, now);
  const addresses = [...new Set(["127.0.0.1", bus.host, ...servers.map(({ address }) => address)])];
  const inService = [...addresses, apiServiceAddress(ranges.serviceCidr)];
  const [admin] = await Promise.all([
    credentials.certificate("admin", adminRequest),
    credentials.certificate("bus", busCertificate(addresses)),
    ...servers.map(({ name }) => credentials.certificate(name, apiCertificate(name, inService))),
  ]);
  const conf = natsConf({
    name: "kubus",
    ...bus,
    certificateFile: layout.certificate("bus"),
    keyFile: layout.key("bus"),
    storeDir: layout.busStore,
    pidFile: layout.busPid,
    version: natsVersion,
  });
  await writeWhole(layout.busConf, conf);
  return { authority: credentials.authority.certificate, admin };
}

/** Makes each machine's seed where it lives and lets exactly these machines in. */
export async function configureUsers(
  layout: Layout,
  machines: { readonly servers: readonly string[]; readonly boards: readonly string[] },
): Promise<void> {
  const users = await Promise.all([
    ...machines.servers.map(async (name) => {
      return { role: "server", name, key: await ensureSeed(layout.server(name).seed) } as const;
    }),
    ...machines.boards.map(async (name) => {
      return { role: "agent", name, key: await ensureSeed(layout.board(name).seed) } as const;
    }),
  ]);
  await saveBusUsers(layout, users);
}

export async function configureServer(plan: ClusterPlan, server: ServerPlan): Promise<void> {
  await mkdir(plan.layout.shared, { recursive: true });
  const { layout, ranges, failover, legacyApis, switches, schedulerScores } = plan;
  const { name, address, api, udpPort, traits } = server;
  const { link, bus = plan.bus } = traits;
  const own = layout.server(name);
  await writeWhole(
    own.config,
    stringify({
      name,
      stateDir: own.state,
      bus: {
        servers: [`tls://${bus.host}:${bus.port}`],
        caFile: layout.certificate("ca"),
        seedFile: own.seed,
      },
      api: { ...api, certificateFile: layout.certificate(name), keyFile: layout.key(name) },
      clientCaFile: layout.certificate("ca"),
      clientCaKeyFile: layout.key("ca"),
      serviceAccount: { keyFile: layout.serviceAccountKey },
      address,
      udpPort,
      podCidr: ranges.podCidr,
      serviceCidr: ranges.serviceCidr,
      failover,
      ...(legacyApis === undefined ? {} : { legacyApis }),
      ...(switches === undefined ? {} : { controllers: switches.controllers, disable: switches.disabled }),
      ...(schedulerScores === undefined ? {} : { schedulerScores }),
      clusterSecretFile: layout.clusterSecret,
      sharedFolder: layout.shared,
      ...(link === undefined ? {} : { link }),
    }),
    secretMode,
  );
}

export async function configureAgent(plan: ClusterPlan, agent: AgentPlan): Promise<void> {
  const { layout } = plan;
  const { name, address, udpPort, share, traits } = agent;
  const own = layout.board(name);
  const bus = traits.bus ?? plan.bus;
  await writeWhole(
    own.config,
    stringify({
      node: name,
      stateDir: own.state,
      runDir: join(traits.runDir, "agent"),
      bus: {
        servers: [`tls://${bus.host}:${bus.port}`],
        caFile: layout.certificate("ca"),
        seedFile: own.seed,
      },
      address,
      udpPort,
      ...(traits.beats === undefined ? {} : { beatVia: `${traits.beats.host}:${traits.beats.port}` }),
      ...(traits.link === undefined ? {} : { link: traits.link }),
      cgroupParent: traits.cgroupParent,
      machineShare: share,
      ...((await isThere(own.sysfs)) ? { sysfsRoot: own.sysfs } : {}),
      runtime: traits.runtime,
      sharedFolder: layout.shared,
      // The keys of the whole cluster lie there.
      hiddenDirs: [layout.dir],
    }),
    secretMode,
  );
}
