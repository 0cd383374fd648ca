/**
 * The control plane as a flat list of its parts, in start order: the bus, the stores, the cache, the API, the detector,
 * the controllers and the scheduler behind leadership. The reverse order ends it.
 */
import { beatKeyOf } from "@kubus/shared/adapters/beat-codec.ts";
import { natsBus, natsBusOn } from "@kubus/shared/adapters/nats-bus.ts";
import { natsLink } from "@kubus/shared/adapters/nats-link.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { beatIntervalMs } from "@kubus/shared/bus/beat.ts";
import { systemRandom } from "@kubus/shared/chance/system-random.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { actorRegistry } from "@kubus/shared/machine/inspection.ts";
import { narrate } from "@kubus/shared/machine/narrate.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { serveBus } from "./adapters/bus-api/serve-bus.ts";
import { openAuditFile } from "./adapters/audit/audit-file.ts";
import { startDetector, type Detector } from "./adapters/detector/detector-thread.ts";
import { feedSocketOn } from "./adapters/feed/web-socket.ts";
import { serveHttps } from "./adapters/http/server.ts";
import { openJetStreamStore } from "./adapters/nats/jetstream-store.ts";
import { certificateSigner } from "./adapters/x509/certificate-signer.ts";
import { tokenKeys } from "./adapters/tokens/token-keys.ts";
import { makeHttpsCaller } from "./adapters/webhook/https-caller.ts";
import { makeApi } from "./api/api.ts";
import type { Cache } from "./cache/cache.ts";
import { followCustomKinds } from "./apiextensions/custom-kinds.ts";
import { makeCache } from "./cache/make-cache.ts";
import type { ServerConfig } from "./config.ts";
import { makeControllers } from "./controllers/engine/controllers.ts";
import { controllersOf } from "./controllers/index.ts";
import { makeDataRemover } from "./controllers/persistentvolume/data-remover.ts";
import { makeFeed } from "./feed/feed.ts";
import { eventKind, nodeKind, podKind, servedWith } from "./kinds/index.ts";
import { makeKindTable } from "./kinds/kind-table.ts";
import { startLeadership } from "./leadership/leadership.ts";
import { nodeAddressController } from "./nodes/addresses/controller.ts";
import { nodeLifeController } from "./nodes/controller.ts";
import { greetAgents } from "./nodes/hello.ts";
import { followLives } from "./nodes/lives.ts";
import { makeScheduler } from "./scheduler/scheduler.ts";
import { isDisabled, runsController } from "./switches/switches.ts";

export interface ServerParts {
  readonly config: ServerConfig;
  readonly log: Log;
  /** The detector's entry file: the source, or its bundle. */
  readonly detectorUrl: URL;
  /** A bug ended a part that this server cannot do without: the process should end and start again. */
  readonly onError: (error: unknown) => void;
}

export interface Server {
  readonly apiPort: number;
  /** Hands over leadership, then closes every door. */
  stop(): Promise<void>;
}

/** What is said at `info`; the rest of the machines talk too much for a log that people read. */
const loudMachines: readonly string[] = ["node", "controller", "link"];

/** Waits for the bus. Rejects when a port is taken or the store is refused. */
export async function startServer({ config, log, detectorUrl, onError }: ServerParts): Promise<Server> {
  const clock = systemClock;
  const random = systemRandom;
  const registry = actorRegistry({ clock });
  narrate({ registry, log, levelOf: (machine) => (loudMachines.includes(machine) ? "info" : "debug") });
  const run = { clock, registry, log, onError };

  const link = natsLink({ ...config.bus, name: config.name, log, registry });
  const bus = natsBusOn(link);
  const channels = channelsOn(bus, { clock, random, registry });
  // Logs, exec, port-forwards and proxies have a connection of their own: they must not delay watches and patches.
  const bulkBus = natsBus({ ...config.bus, name: `${config.name} bulk`, log, registry });
  const bulk = channelsOn(bulkBus, { clock, random, registry });
  const knownStreamFile = `${config.stateDir}/stream`;
  const [durable, transient] = await Promise.all([
    openJetStreamStore({
      link,
      stream: "KUBUS",
      kind: "durable",
      knownStreamFile,
      clock,
      random,
      registry,
      log,
    }),
    openJetStreamStore({ link, stream: "KUBUSTRANSIENT", kind: "transient", clock, random, registry, log }),
  ]);
  const stores = { durable, transient };
  const kindTable = makeKindTable(servedWith(config.legacyApis));
  const cache = makeCache({ kinds: kindTable, stores, log, clock });
  followCustomKinds(cache, kindTable);
  const audit = openAuditFile({ path: `${config.stateDir}/audit.log`, clock, log });
  const tokens = config.serviceAccount === undefined ? undefined : tokenKeys(config.serviceAccount);
  const webhooks = makeHttpsCaller();
  const api = makeApi({
    ...(tokens === undefined ? {} : { tokens }),
    kinds: kindTable,
    audit: audit.write,
    stores,
    cache,
    channels: bulk,
    clock,
    random,
    log,
    version: config.version,
    serviceCidr: config.serviceCidr,
    webhooks,
  });
  const feedKinds = { Node: nodeKind, Pod: podKind, Event: eventKind };
  const feed = isDisabled(config.switches, "dashboard")
    ? undefined
    : makeFeed({ cache, kinds: feedKinds, registry, channels: bulk, clock, log });
  await cache.synced;

  const detector = await startDetector({
    bus: { ...config.bus, name: `${config.name} detector` },
    clusterSecret: config.clusterSecret,
    host: config.address,
    udpPort: config.udpPort,
    link: config.link,
    failover: config.failover,
    workerUrl: detectorUrl,
    log,
    onCrash: onError,
  });
  expectNodes(cache, detector);
  const greeting = greetAgents({
    bus,
    clock,
    log,
    beatKeyOf: (node) => beatKeyOf(config.clusterSecret, node),
    beatTargets: [{ host: config.address, port: detector.udpPort }],
    boards: () => cache.list(nodeKind).length,
    onHello: ({ node, address, udpPort }) => detector.expect(node, { address, udpPort }),
  });
  const lives = followLives({ liveness: detector, ...run });

  const https = await serveHttps(api, {
    ...config.api,
    clientCa: config.clientCa,
    upgrades: feed === undefined ? {} : { "/kubus/v1/feed": (socket) => feed.connect(feedSocketOn(socket)) },
    log,
  });
  const busDoor = serveBus(api, bus, channels);

  const caCertificate = config.clientCa;
  const signer =
    config.clientCaKey === undefined
      ? undefined
      : certificateSigner({ certificate: caCertificate, key: config.clientCaKey });
  const controllers = makeControllers({
    controllers: [
      nodeLifeController(lives),
      nodeAddressController(config.podCidr),
      ...controllersOf({
        caCertificate,
        serviceCidr: config.serviceCidr,
        apiPort: https.port,
        apiAddress: config.address,
        kinds: kindTable,
        schedulerScores: config.schedulerScores,
        quotaCharges: api.quotaCharges,
        usage: api.boardUsage,
        allows: api.allows,
        tokens,
        signer,
        removeVolumeData: makeDataRemover({ channels: bulk, clock }),
        sharedFolder: config.sharedFolder,
      }),
    ].filter(({ name }) => runsController(config.switches, name)),
    cache,
    objectsAs: api.objectsAs,
    eventKind,
    countPass: api.countPass,
    ...run,
  });
  const scheduler = isDisabled(config.switches, "scheduler")
    ? undefined
    : makeScheduler({
        cache,
        objectsAs: api.objectsAs,
        eventKind,
        weights: config.schedulerScores,
        ...run,
      });
  const leadership = startLeadership({
    name: config.name,
    cache,
    objects: api.objectsAs("system:kubus-server"),
    switches: config.switches,
    ...run,
    onGained: () => {
      log.info("leadership.gained");
      controllers.start();
      scheduler?.start();
    },
    onLost: () => {
      log.info("leadership.lost");
      void controllers.stop();
      void scheduler?.stop();
    },
  });
  log.info("server.serving", { api: `${config.api.host}:${https.port}`, udp: detector.udpPort });

  return {
    apiPort: https.port,
    stop: async () => {
      await leadership.stop();
      busDoor.unsubscribe();
      greeting.unsubscribe();
      feed?.close();
      await https.close();
      webhooks.close();
      await audit.close();
      await detector.stop();
      cache.stop();
      durable.close();
      transient.close();
      await Promise.all([bus.close(), bulkBus.close()]);
    },
  };
}

/** The detector listens for every board that has a Node, also for those that were last heard by an earlier server. */
function expectNodes(cache: Cache, detector: Detector): void {
  const expect = (node: Node) => {
    const address = node.status?.addresses?.find(({ type }) => type === "InternalIP")?.address;
    detector.expect(node.metadata.name, address === undefined ? undefined : { address });
  };
  for (const node of cache.list<Node>(nodeKind)) expect(node);
  cache.onEvent(({ kind, type, object }) => {
    if (kind !== nodeKind || type === "MODIFIED") return;
    detector.setInterval(beatIntervalMs(cache.list(nodeKind).length));
    if (type === "ADDED") expect(object as Node);
    else detector.forget(object.metadata.name);
  });
}
