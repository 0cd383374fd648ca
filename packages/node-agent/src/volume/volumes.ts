/**
 * The volumes of all pods of this board: set up before a pod's containers start, kept up to date, removed with it.
 *
 * Nothing here remembers what is mounted: the store knows, also after the agent was killed.
 */
import type { Actor } from "xstate";
import type { ConfigMap, Secret } from "@kubus/shared/api/core.ts";
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Container, Pod, ResourceList } from "@kubus/shared/api/pod.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { ContainerMount } from "../ports/runtime.ts";
import type { VolumeId, VolumeStore } from "../ports/volume-store.ts";
import { namespaceOf } from "../pod/plan.ts";
import { placeOfClaim } from "./claims.ts";
import { setUpFailure } from "./failure.ts";
import { volumeMachine, type Due } from "./machine.ts";
import { containerMounts } from "./mounts.ts";
import { followedObjects, type ObjectsOptions } from "./objects.ts";
import type { VolumeFolders } from "./folders.ts";
import { fsGroupOf, fsUserOf } from "./owner.ts";
import { filesOf, type Supplies } from "./sources.ts";
import { volumesOf, type Volume } from "./spec.ts";
import { tokenCache } from "./tokens.ts";
import { planOf, type VolumePlan } from "./types.ts";

export interface Volumes {
  /** Whether this board mounts anything at all. */
  readonly canMount: boolean;
  /** Resolves when all of the pod's volumes are there; rejects with a ContainerRefusal. `pod` gives it as it is now. */
  setUp(pod: () => Pod, signal: AbortSignal): Promise<void>;
  /** What one start of a container mounts; `values` are its environment. */
  mountsFor(
    container: Container,
    pod: Pod,
    values: ReadonlyMap<string, string>,
  ): Promise<readonly ContainerMount[]>;
  /** Calls back when something changed that the pod's volumes show. Ends with the pod's volumes. */
  onChange(podUid: string, listener: () => void): void;
  /** The API's copy of the pod changed. */
  look(podUid: string): void;
  busReturned(): void;
  /** Everything of the pod's volumes goes. */
  remove(podUid: string): Promise<void>;
  /** The pods that have volumes here. */
  pods(): Promise<readonly string[]>;
  /** Ends the agent's own work; the volumes stay. */
  stop(): void;
}

export interface VolumesOptions extends Omit<ObjectsOptions, "onChange"> {
  readonly store: VolumeStore | undefined;
  /** What pods may have of this board, as its Node says. */
  readonly allocatable: () => ResourceList | undefined;
  readonly folders: VolumeFolders;
}

export function makeVolumes({ store, ...options }: VolumesOptions): Volumes {
  return store === undefined ? withoutVolumes : volumesIn(store, options);
}

/** A board that cannot mount: pods that want volumes are refused before they get here. */
const withoutVolumes: Volumes = {
  canMount: false,
  setUp: () => Promise.resolve(),
  mountsFor: () => Promise.resolve([]),
  onChange: () => undefined,
  look: () => undefined,
  busReturned: () => undefined,
  remove: () => Promise.resolve(),
  pods: () => Promise.resolve([]),
  stop: () => undefined,
};

type Keeper = Actor<typeof volumeMachine>;
type FilesPlan = Extract<VolumePlan, { readonly content: "files" }>;
type ClaimPlan = Extract<VolumePlan, { readonly content: "claim" }>;

function volumesIn(store: VolumeStore, options: Omit<VolumesOptions, "store">): Volumes {
  const { api, clock, registry, onError, allocatable, folders } = options;
  const run = { clock, onError, ...(registry === undefined ? {} : { registry }) };
  const listeners = new Map<string, () => void>();
  const keepers = new Map<string, Map<string, Keeper>>();
  const tokens = tokenCache(api, clock);
  const ofPod = (podUid: string) => [...(keepers.get(podUid)?.values() ?? [])];
  const look = (podUid: string) => {
    for (const keeper of ofPod(podUid)) keeper.send({ type: "source.changed" });
  };
  const objects = followedObjects({
    ...options,
    onChange: (podUids) => {
      for (const podUid of podUids) {
        look(podUid);
        listeners.get(podUid)?.();
      }
    },
  });

  /** Brings a volume's files up to date. Resolves to when that must be done again by itself. */
  const write = async (plan: FilesPlan, volume: string, pod: Pod, signal: AbortSignal): Promise<Due> => {
    const { uid } = pod.metadata;
    const namespace = namespaceOf(pod);
    const dueAt: number[] = [];
    const supplies: Supplies = {
      pod,
      allocatable: allocatable(),
      configMap: (name) => objects.get<ConfigMap>({ plural: "configmaps", namespace, name }, uid),
      secret: (name) => objects.get<Secret>({ plural: "secrets", namespace, name }, uid),
      token: async (source) => {
        const token = await tokens.get(pod, source);
        dueAt.push(token.dueAt);
        return token.text;
      },
    };
    const gid = fsGroupOf(pod);
    const terms = { defaultMode: plan.defaultMode, uid: fsUserOf(pod), gid };
    const files = await filesOf(plan.sources, supplies, terms);
    // Nobody waits any more: the pod may be gone, and its files with it.
    signal.throwIfAborted();
    await store.put({ podUid: uid, volume }, files, gid);
    return dueAt.length === 0 ? undefined : Math.max(0, Math.min(...dueAt) - clock.monotonic());
  };

  const keeperOf = (plan: FilesPlan, volume: string, pod: () => Pod, dueInMs: Due): Keeper => {
    const machine = volumeMachine.provide({
      actors: { write: fill<Due, undefined>((_, signal) => write(plan, volume, pod(), signal)) },
    });
    const what = `${keyOf(pod())}/${volume}`;
    return startActor(machine, { id: `volume ${what}`, input: { what, dueInMs }, ...run });
  };

  const setUpFiles = async (plan: FilesPlan, volume: string, pod: () => Pod, signal: AbortSignal) => {
    const { uid } = pod().metadata;
    if (keepers.get(uid)?.has(volume) === true) return;
    // What an earlier agent wrote serves until it is written anew.
    const isThere = await store.isThere({ podUid: uid, volume });
    const dueInMs = isThere ? 0 : await write(plan, volume, pod(), signal);
    signal.throwIfAborted();
    // Other volumes of the pod were set up meanwhile.
    const others = keepers.get(uid) ?? new Map<string, Keeper>();
    keepers.set(uid, others.set(volume, keeperOf(plan, volume, pod, dueInMs)));
  };

  const setUpClaim = async (id: VolumeId, plan: ClaimPlan, pod: Pod) => {
    // What is linked stays the pod's, whatever becomes of the claim, and while nobody can be asked.
    if (await store.isLinked(id)) return;
    await store.link(id, await placeOfClaim(plan, pod, { api, ...folders }));
  };

  const setUpOne = async (volume: Volume, pod: () => Pod, signal: AbortSignal) => {
    const plan = planOf(volume, pod());
    const { name } = volume;
    if (plan.content === "unknown") throw new Error(`${plan.why} is not supported yet`);
    if (plan.content === "files") return setUpFiles(plan, name, pod, signal);
    const id = { podUid: pod().metadata.uid, volume: name };
    if (plan.content === "path") return store.link(id, plan);
    if (plan.content === "claim") return setUpClaim(id, plan, pod());
    const { medium, sizeBytesMax } = plan;
    const gid = fsGroupOf(pod());
    return store.makeFolder(id, {
      medium,
      ...(sizeBytesMax === undefined ? {} : { sizeBytesMax }),
      ...(gid === undefined ? {} : { gid }),
    });
  };

  const forget = (podUid: string) => {
    for (const keeper of ofPod(podUid)) keeper.stop();
    keepers.delete(podUid);
    listeners.delete(podUid);
    objects.forget(podUid);
    tokens.forget(podUid);
  };

  return {
    canMount: true,
    setUp: async (pod, signal) => {
      await Promise.all(
        volumesOf(pod()).map((volume) =>
          setUpOne(volume, pod, signal).catch((error: unknown) => {
            throw setUpFailure(volume.name, error);
          }),
        ),
      );
    },
    mountsFor: (container, pod, values) => containerMounts(container, { pod, values, store }),
    onChange: (podUid, listener) => void listeners.set(podUid, listener),
    look,
    busReturned: () => {
      for (const podUid of keepers.keys())
        for (const keeper of ofPod(podUid)) keeper.send({ type: "bus.returned" });
    },
    remove: (podUid) => {
      forget(podUid);
      return store.remove(podUid);
    },
    pods: () => store.pods(),
    stop: () => {
      for (const podUid of [...keepers.keys()]) for (const keeper of ofPod(podUid)) keeper.stop();
      objects.stop();
    },
  };
}
