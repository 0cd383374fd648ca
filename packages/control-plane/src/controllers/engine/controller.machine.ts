/**
 * One actor per controller: it works while this server leads, and only then.
 *
 * It begins to work when the cache holds everything, with a look at every key there is; when leadership is lost it
 * begins no new pass, and is back in `standingBy` when the last one has ended. One child per key (key.machine.ts).
 */
import { enqueueActions, fromCallback, setup, stateIn, type AnyActorRef } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import { keyMachine } from "./key.machine.ts";

export type ControllerEvent =
  { type: "leadership.gained" } | { type: "leadership.lost" } | { type: "key.changed"; readonly key: string };

/** The hole for the source of changes: calls back with `key.changed`, first for every key there is. */
const followChanges = fromCallback<ControllerEvent>(() => {
  throw new Error('Nothing was provided for "followChanges".');
});

type Children = Readonly<Record<string, AnyActorRef | undefined>>;
const isLiving = (child: AnyActorRef | undefined) =>
  (child?.getSnapshot() as { status: string } | undefined)?.status === "active";
const childrenOf = (self: { getSnapshot(): { children: Children } }) => self.getSnapshot().children;
/** XState's own event says which actor ended; its type is not among ours. */
const endOf = ({ event }: { event: unknown }) => event as { readonly actorId: string };

export const controllerMachine = setup({
  types: {
    input: {} as { readonly name: string },
    context: {} as { readonly name: string },
    events: {} as ControllerEvent,
    children: {},
  },
  actors: {
    awaitSync: portActor<unknown, undefined>("awaitSync"),
    drain: portActor<unknown, undefined>("drain"),
    followChanges,
    key: keyMachine,
  },
  actions: {
    wakeKey: enqueueActions(({ enqueue, context, self }, { key }: { key: string }) => {
      const id = `${context.name} ${key}`;
      const child = childrenOf(self)[id];
      if (child !== undefined && isLiving(child)) enqueue.sendTo(child, { type: "object.changed" });
      else enqueue.spawnChild("key", { id, input: { key } });
    }),
    // A key that came back between its end and this event has a living actor again.
    forgetKey: enqueueActions(({ enqueue, self }, { actorId }: { actorId: string }) => {
      if (!isLiving(childrenOf(self)[actorId])) enqueue.stopChild(actorId);
    }),
    stopKeys: enqueueActions(({ enqueue, self, context }) => {
      const ids = Object.keys(childrenOf(self)).filter((id) => id.startsWith(`${context.name} `));
      for (const id of ids) enqueue.stopChild(id);
    }),
  },
  guards: { leadsAgain: stateIn({ draining: "returning" }) },
  delays: { drainTimeout: 10_000 },
}).createMachine({
  id: "controller",
  initial: "standingBy",
  context: ({ input: { name } }) => ({ name }),
  states: {
    standingBy: {
      description: "Another server leads, or nobody does.",
      on: { "leadership.gained": "syncing" },
    },
    syncing: {
      description: "Waits until the cache holds everything that exists.",
      on: { "leadership.lost": "standingBy" },
      invoke: { src: "awaitSync", onDone: "leading" },
    },
    leading: {
      description: "Every change of what it watches wakes a key.",
      invoke: { src: "followChanges" },
      on: {
        "leadership.lost": "draining",
        "key.changed": { actions: { type: "wakeKey", params: ({ event: { key } }) => ({ key }) } },
        "xstate.done.actor.*": { actions: { type: "forgetKey", params: endOf } },
      },
      exit: "stopKeys",
    },
    draining: {
      description: "Begins nothing any more; the passes under way stop before their next write.",
      initial: "resigning",
      states: {
        resigning: { on: { "leadership.gained": "returning" } },
        returning: {
          description: "Leads again, as soon as the old passes are through.",
          on: { "leadership.lost": "resigning" },
        },
      },
      invoke: {
        src: "drain",
        onDone: [{ guard: "leadsAgain", target: "syncing" }, { target: "standingBy" }],
      },
      after: { drainTimeout: [{ guard: "leadsAgain", target: "syncing" }, { target: "standingBy" }] },
    },
  },
});
