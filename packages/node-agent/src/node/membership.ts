/**
 * The board's Node in the API: registers it, keeps its status and figures, says goodbye.
 *
 * The Ready condition is not written here: it belongs to the control plane's node life, which hears the beats.
 */
import type { Node } from "@kubus/shared/api/node.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { AgentConfig } from "../config.ts";
import { startKeeper } from "../keeper/keeper.ts";
import { nodeStatusIntervalMs, vitalsLimits } from "../limits.ts";
import type { Api } from "../ports/api.ts";
import type { Heartbeat } from "../ports/heartbeat.ts";
import type { Host, HostCapacity, HostVitals } from "../ports/host.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Sampler } from "../usage/sampler.ts";
import { nodeMachine } from "./machine.ts";
import { seen, type Sightings } from "./ailments.ts";
import {
  differs,
  metadataChange,
  nodeDraft,
  nodeStatus,
  ownConditions,
  tellsNews,
  type NodeFacts,
} from "./object.ts";
import { ownVitals, smoothed, visibleChange, vitalAnnotations } from "./vitals.ts";
import { vitalsMachine } from "./vitals.machine.ts";
import { foldersOf } from "../volume/folders.ts";

export interface MembershipOptions {
  readonly config: AgentConfig;
  readonly api: Api;
  readonly host: Host;
  readonly runtime: Pick<Runtime, "name" | "version">;
  readonly canMount: boolean;
  readonly beat: Pick<Heartbeat, "goodbye">;
  /** What the pods used lately. */
  readonly usage: Pick<Sampler, "pods">;
  readonly nodes: () => { readonly objects: ReadonlyMap<string, Node>; readonly isKnown: () => boolean };
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
}

export interface Fares {
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly vitals: HostVitals;
  readonly capacity: HostCapacity;
  readonly sightings: Sightings;
  /** As `at`, on a clock that does not jump. */
  readonly monotonic: number;
}

export interface Membership {
  /** The API's nodes changed: look. */
  look(): void;
  busReturned(): void;
  /** How the board fared when it was last looked at. */
  fares(): Fares | undefined;
  /** Says goodbye; resolves when that is done. */
  leave(): Promise<void>;
}

/** Heartbeat times a little older than this are renewed, so that a pass that comes early is not wasted. */
const heartbeatAgeMaxMs = nodeStatusIntervalMs * 0.9;

export function startMembership(options: MembershipOptions): Membership {
  const { config, api, beat, nodes, usage, clock, registry, onError } = options;
  const run = { clock, onError, ...(registry === undefined ? {} : { registry }) };
  const path = `/api/v1/nodes/${config.node}`;
  const board = figures(options);
  let written: Node | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;

  const register = async () => {
    try {
      written = await api.get<Node>(path);
    } catch (error) {
      if (!isRefusal(error, "notFound")) throw error;
      written = await create();
    }
  };
  const create = async () => {
    try {
      return await api.create<Node>("/api/v1/nodes", nodeDraft(await board.facts(), clock.now()));
    } catch (error) {
      // Two starts in quick succession: the first one made it.
      if (!isRefusal(error, "alreadyExists")) throw error;
      return api.get<Node>(path);
    }
  };
  const current = () => newest(nodes().objects.get(config.node), written);

  const isDue = (node: Node, now: Readonly<Record<string, string>>) => {
    const change = visibleChange(node.metadata.annotations ?? {}, now);
    const pauseMs = change === "word" ? vitalsLimits.tellMs : vitalsLimits.showMs;
    return change !== "none" && clock.monotonic() - shownAt >= pauseMs;
  };
  const shown = ({ vitals, capacity }: Pick<Fares, "vitals" | "capacity">) =>
    vitalAnnotations(config.machineShare > 1 ? ownVitals(vitals, capacity, usage.pods()) : vitals, capacity);

  const report = async () => {
    const node = current();
    if (node === undefined) return;
    const facts = await board.facts();
    const vitals = shown(facts);
    const showsVitals = isDue(node, vitals);
    const metadata = metadataChange(facts, node, showsVitals ? vitals : {});
    if (metadata !== undefined) written = await api.patch<Node>(path, { metadata }, "merge");
    if (showsVitals) shownAt = clock.monotonic();
    const status = nodeStatus(facts, node.status ?? {}, clock.now());
    if (!differs(node.status, status) && heartbeatAge(node, clock.now()) < heartbeatAgeMaxMs) return;
    // By condition type: Ready is written by another hand at the same time.
    written = await api.patch<Node>(`${path}/status`, { status }, "strategic");
  };

  const reporter = startKeeper({
    what: "node status",
    intervalMs: nodeStatusIntervalMs,
    keep: report,
    ...run,
  });
  const machine = nodeMachine.provide({
    actors: {
      register: fill<unknown, undefined>(register),
      sayGoodbye: fill<unknown, undefined>(() => beat.goodbye()),
    },
  });
  const actor = startActor(machine, { id: `node ${config.node}`, input: { node: config.node }, ...run });
  actor.subscribe((snapshot) => {
    if (snapshot.matches("member")) reporter.look();
  });

  const measure = async () => {
    const fares = await board.measure();
    const node = current();
    if (node === undefined || !actor.getSnapshot().matches("member")) return;
    const { conditions = [] } = node.status ?? {};
    const isNews = tellsNews(conditions, ownConditions(fares, conditions, fares.at));
    if (isNews || isDue(node, shown(fares))) reporter.look();
  };
  const vitals = startActor(
    vitalsMachine.provide({ actors: { measure: fill<unknown, undefined>(measure) } }),
    {
      id: `vitals ${config.node}`,
      input: undefined,
      ...run,
    },
  );

  return {
    look: () => {
      const { objects, isKnown } = nodes();
      if (isKnown() && !objects.has(config.node)) actor.send({ type: "node.vanished" });
      else reporter.look();
    },
    busReturned: () => {
      actor.send({ type: "bus.returned" });
      reporter.busReturned();
    },
    fares: board.last,
    leave: async () => {
      vitals.stop();
      reporter.stop();
      await new Promise<void>((resolve) => {
        actor.subscribe({ complete: resolve });
        actor.send({ type: "agent.stopping" });
      });
    },
  };
}

/** What the board is and how it fares, read when asked for; who it is is read once. */
function figures({ config, host, runtime, canMount, clock }: MembershipOptions) {
  let identity: Promise<NodeFacts["identity"]> | undefined;
  let last: Fares | undefined;
  const measure = async (): Promise<Fares> => {
    const vitals = smoothed(last?.vitals, await host.vitals());
    const capacity = await host.capacity();
    const monotonic = clock.monotonic();
    const sightings = seen(last?.sightings, vitals, monotonic);
    last = { at: clock.now(), monotonic, vitals, capacity, sightings };
    return last;
  };
  return {
    measure,
    last: () => last,
    facts: async (): Promise<NodeFacts> => {
      identity ??= host.identity();
      const { node, version, address, labels } = config;
      const capacity = await host.capacity();
      const { vitals, sightings } = last ?? (await measure());
      return {
        node,
        version,
        address,
        labels,
        identity: await identity,
        capacity,
        vitals,
        sightings,
        monotonic: clock.monotonic(),
        runtime,
        canMount,
        folders: foldersOf(config),
      };
    },
  };
}

function newest(known: Node | undefined, written: Node | undefined): Node | undefined {
  if (known === undefined || written === undefined) return known ?? written;
  return Number(written.metadata.resourceVersion) > Number(known.metadata.resourceVersion) ? written : known;
}

/** How long ago this agent's conditions were confirmed. */
function heartbeatAge({ status }: Node, now: number): number {
  const last = status?.conditions?.find(({ type }) => type === "MemoryPressure")?.lastHeartbeatTime;
  return last === undefined ? Number.POSITIVE_INFINITY : now - Date.parse(last);
}
