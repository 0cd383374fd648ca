/**
 * The agent as a flat list of its parts, in start order: beats first, then what runs already, then the API.
 *
 * Stopping is a goodbye: no pod is touched.
 */
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Bus } from "@kubus/shared/bus/bus.ts";
import type { Channels } from "@kubus/shared/bus/channel.ts";
import type { Random } from "@kubus/shared/chance/random.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { serveActors } from "./actors/serve.ts";
import { followApiPlace } from "./api/api-place.ts";
import { busApi } from "./api/bus-api.ts";
import { startReflector, type Reflector } from "./api/reflector.ts";
import { serveAttach } from "./attach/serve.ts";
import type { AgentConfig } from "./config.ts";
import { serveConnect } from "./connect/serve.ts";
import { eventRecorder } from "./event/recorder.ts";
import { serveExec } from "./exec/serve.ts";
import { serveLogs } from "./logs/serve.ts";
import { startWiring, type Wiring } from "./network/wiring.ts";
import { startMembership } from "./node/membership.ts";
import { makeBoard, type Board } from "./pod/board.ts";
import { sourceCache } from "./pod/sources.ts";
import type { Checks } from "./ports/checks.ts";
import type { Heartbeat } from "./ports/heartbeat.ts";
import type { Host } from "./ports/host.ts";
import type { LogFiles } from "./ports/log-files.ts";
import type { PodNetwork } from "./ports/network.ts";
import type { Records } from "./ports/records.ts";
import type { Runtime } from "./ports/runtime.ts";
import type { VolumeStore } from "./ports/volume-store.ts";
import { startSampler } from "./usage/sampler.ts";
import { serveUsage } from "./usage/serve.ts";
import { foldersOf } from "./volume/folders.ts";
import { serveRemoval } from "./volume/serve-removal.ts";
import { makeVolumes } from "./volume/volumes.ts";

export interface AgentParts {
  readonly config: AgentConfig;
  readonly bus: Bus;
  /** For watches and large answers. */
  readonly channels: Channels;
  /** For logs, exec, connections to pods, the view of the actors and what is used, on a connection of their own: bulk must not delay watches and beats. */
  readonly bulk: Channels;
  readonly runtime: Runtime;
  readonly network: PodNetwork;
  /** Undefined: the runtime cannot mount volumes. */
  readonly volumes: VolumeStore | undefined;
  readonly host: Host;
  readonly beat: Heartbeat;
  readonly checks: Checks;
  readonly records: Records;
  readonly logs: LogFiles;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly registry: ActorRegistry;
  /** A bug ended one of the agent's actors: the process should end and start again. */
  readonly onError: (error: unknown) => void;
}

export interface Agent {
  /** For tests and tools: the pods that live here. */
  readonly board: Board;
  /** Says goodbye and ends the agent's own work; pods go on. */
  stop(): Promise<void>;
}

/** Resolves when the pods that an earlier agent left have their actors again; the rest goes on by itself. */
export async function startAgent(parts: AgentParts): Promise<Agent> {
  const { config, bus, channels, bulk, runtime, network, beat, records, logs, clock, random, log } = parts;
  const { registry, onError, host, checks } = parts;
  const run = { clock, registry, onError };
  const { node } = config;

  void beat.start().catch(onError);

  const api = busApi(bus, channels, node);
  const recorder = eventRecorder({ api, node, clock, random, log });
  const terms = { ...config, nodeName: node, hostIp: config.address };
  const sources = sourceCache(api);
  const podsLater = later<Pod>();
  const nodesLater = later<Node>();
  const follow = { api, bus, random, ...run };
  const allocatable = () => nodesLater.get().objects.get(node)?.status?.allocatable;
  const volumes = makeVolumes({ store: parts.volumes, folders: foldersOf(config), allocatable, ...follow });
  const servers = followApiPlace(follow);
  const world = { volumes, apiPlace: servers.find, allocatable };
  const board = makeBoard(
    { api, runtime, checks, records, logs, recorder, sources, log, terms, ...world, ...run },
    podsLater.get,
  );
  const restored = board.restore();
  const wiring: Wiring = startWiring({
    node,
    network,
    records,
    nodes: nodesLater.get,
    onPrepared: () => void restored.then(() => beat.setReady(true)),
    ...run,
  });
  await restored;

  const { canMount } = volumes;
  const nodesNow = nodesLater.get;
  const sampler = startSampler({ node, board, runtime, ...run });
  const facts = { config, host, runtime, canMount, usage: sampler };
  const membership = startMembership({ ...facts, api, beat, nodes: nodesNow, ...run });
  const mine = `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`;
  const pods = podsLater.set(
    startReflector<Pod>({ ...follow, path: mine, what: "pods", onChange: (keys) => board.look(keys) }),
  );
  const nodes = nodesLater.set(
    startReflector<Node>({
      ...follow,
      path: "/api/v1/nodes",
      what: "nodes",
      onChange: (keys) => {
        if (keys.includes(node) || !nodes.objects.has(node)) membership.look();
        wiring.look();
      },
    }),
  );
  const served = [
    serveLogs({ node, channels: bulk, board, runtime, logs, terms, clock }),
    serveExec({ node, channels: bulk, board, runtime }),
    serveAttach({ node, channels: bulk, board, runtime }),
    serveConnect({ node, channels: bulk, board, runtime }),
    serveActors(node, bulk, registry),
    serveRemoval({ node, channels: bulk, store: parts.volumes }),
    serveUsage({ node, channels: bulk, sampler, membership }),
    bus.onState((state) => {
      if (state !== "connected") return;
      board.busReturned();
      volumes.busReturned();
      membership.busReturned();
    }),
  ];
  for (const limitation of runtime.limitations) log.warn("runtime.limitation", { limitation });

  return {
    board,
    stop: async () => {
      for (const one of served) one.unsubscribe();
      pods.stop();
      nodes.stop();
      sampler.stop();
      wiring.stop();
      volumes.stop();
      servers.stop();
      board.stop();
      await membership.leave();
    },
  };
}

/** A reflector that is started after those who read it: until then nothing is known. */
function later<T extends Pod | Node>() {
  const nothing = { objects: new Map<string, T>(), isKnown: () => false };
  let found: Pick<Reflector<T>, "objects" | "isKnown"> = nothing;
  return {
    get: () => found,
    set: (reflector: Reflector<T>): Reflector<T> => {
      found = reflector;
      return reflector;
    },
  };
}
