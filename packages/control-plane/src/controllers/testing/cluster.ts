/**
 * A cluster without boards' agents: the whole API on stores in memory, and whatever part of the control plane a test
 * starts. `settle` lets all of it run until nothing moves; time moves only when the test says so.
 */
import assert from "node:assert/strict";
import type { Condition, KubeObject } from "@kubus/shared/api/meta.ts";
import type { Event } from "@kubus/shared/api/core.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { memoryBus } from "@kubus/shared/bus/memory-bus.ts";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { actorRegistry } from "@kubus/shared/machine/inspection.ts";
import { stateText } from "@kubus/shared/testing/event-table.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { makeApi, type Api } from "../../api/api.ts";
import { followCustomKinds } from "../../apiextensions/custom-kinds.ts";
import { makeCache } from "../../cache/make-cache.ts";
import { memoryStore } from "../../store/memory-store.ts";
import type { Draft } from "../../api/objects.ts";
import { eventKind, namespaceKind, podKind, servedKinds } from "../../kinds/index.ts";
import { makeKindTable } from "../../kinds/kind-table.ts";
import type { Kind } from "../../kinds/kind.ts";
import { makeScheduler } from "../../scheduler/scheduler.ts";
import type { AnyController } from "../engine/controller.ts";
import { crashingStore } from "./crashing-store.ts";
import { makeControllers } from "../engine/controllers.ts";

type Controllers = readonly AnyController[] | ((api: Api) => readonly AnyController[]);

export async function aCluster(controllers: Controllers = []) {
  const clock = simulatedClock();
  const stores = {
    durable: crashingStore(memoryStore({ clock })),
    transient: memoryStore({ kind: "transient", clock }),
  };
  const kindTable = makeKindTable(servedKinds);
  const cache = makeCache({ kinds: kindTable, stores, log: silentLog, clock });
  followCustomKinds(cache, kindTable);
  const channels = channelsOn(memoryBus({ clock }).connect("server-1"), { clock, random: seededRandom(2) });
  const ports = {
    kinds: kindTable,
    stores,
    cache,
    channels,
    clock,
    random: seededRandom(1),
    log: silentLog,
    version: "0.1.0",
    serviceCidr: "10.96.0.0/16",
  };
  const api = makeApi(ports);
  const { objectsAs } = api;
  await cache.synced;
  const objects = objectsAs("admin");
  const onError = (error: unknown) => assert.fail(String(error));
  const registry = actorRegistry({ clock });
  const options = { cache, objectsAs, eventKind, clock, registry, log: silentLog, onError };
  const led = makeControllers({
    ...options,
    controllers: typeof controllers === "function" ? controllers(api) : controllers,
  });
  const scheduler = makeScheduler(options);
  let writes = 0;
  cache.onEvent(() => (writes += 1));

  /** Runs until nothing changes any more; a cluster that never comes to rest fails the test. */
  const rest = async () => {
    for (let round = 0; round < 200; round += 1) {
      const before = writes;
      await settle();
      await clock.advance(0);
      if (writes === before) return;
    }
    assert.fail("The cluster never comes to rest: something writes in circles.");
  };

  await objects.create(namespaceKind, { metadata: { name: "default" } });
  led.start();

  return {
    cache,
    clock,
    objects,
    stores,
    led,
    scheduler,
    rest,
    writes: () => writes,
    /** The state of an actor, such as `rollout default/web`; undefined when there is none. */
    stateOf: (actor: string) => {
      const report = registry.get(actor);
      return report === undefined ? undefined : stateText(report.state);
    },
    /** Why an actor waits, in its own words. */
    whyOf: (actor: string) => registry.get(actor)?.why ?? "",
    /**
     * The leading server dies at this moment, or did before (`stores.durable.crashAt`), and another one takes over:
     * every actor begins by looking.
     */
    takeOver: async () => {
      await led.stop();
      stores.durable.recover();
      led.start();
      await rest();
    },
    advance: async (ms: number) => {
      await clock.advance(ms);
      await rest();
    },
    create: async <T extends KubeObject>(kind: Kind<T>, draft: Draft<T>) => {
      const created = await objects.create(kind, draft);
      await rest();
      return created;
    },
    names: (kind: Kind, namespace?: string) =>
      cache.list(kind, namespace).map(({ metadata }) => metadata.name),
    events: (reason: string) =>
      (cache.list(eventKind) as readonly Event[])
        .filter((event) => event.reason === reason)
        .map(({ message }) => message ?? ""),
    /** What the agent of a board would say of a pod that runs. */
    run: async (pods: readonly Pod[] = cache.list(podKind)) => {
      for (const { metadata, status } of pods) {
        const ready: Condition = {
          type: "Ready",
          status: "True",
          lastTransitionTime: timestamp(clock.now()),
        };
        const conditions = [...(status?.conditions ?? []).filter(({ type }) => type !== "Ready"), ready];
        const target = { namespace: metadata.namespace ?? "", name: metadata.name };
        await objects.patch(podKind, target, { status: { phase: "Running", conditions } }, "status");
      }
      await rest();
    },
  };
}

export type Cluster = Awaited<ReturnType<typeof aCluster>>;
