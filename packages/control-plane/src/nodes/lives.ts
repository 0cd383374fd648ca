/**
 * The lives of all nodes: one node actor for each board that the detector knows.
 *
 * Translates verdicts into what happened, and tells who must be looked at again.
 */
import type { Actor } from "xstate";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Liveness, NodeLiveness } from "./liveness.ts";
import type { NodeLife } from "./life.ts";
import { nodeMachine, type NodeEvent } from "./node.machine.ts";

export interface LivesOptions {
  readonly liveness: Liveness;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
}

export interface Lives {
  of(node: string): NodeLife;
  /** Whether a board other than this one is heard at this moment. */
  hasWitness(node: string): boolean;
  /** Names of all boards that are known. */
  known(): readonly string[];
  /** Called with every node that must be looked at because something changed for it. */
  onChange(listener: (node: string) => void): Subscription;
  forget(node: string): void;
}

type NodeActor = Actor<typeof nodeMachine>;

export function followLives(options: LivesOptions): Lives {
  const { liveness, clock, registry, onError } = options;
  const actors = new Map<string, NodeActor>();
  const listeners = new Set<(node: string) => void>();
  const lifeOf = (node: string): NodeLife => actors.get(node)?.getSnapshot().value ?? "unobserved";
  const tell = (node: string) => {
    for (const listener of listeners) listener(node);
  };

  const start = (node: string): NodeActor => {
    const base = { id: `node ${node}`, input: undefined, clock, onError };
    const actor = startActor(nodeMachine, registry === undefined ? base : { ...base, registry });
    let last: NodeLife = actor.getSnapshot().value;
    actor.subscribe(({ value }) => {
      if (value === last) return;
      last = value;
      tell(node);
      // A board that is heard again is a witness for those that are not.
      if (value === "ready" || value === "joining") for (const lost of lostBoards()) tell(lost);
    });
    actors.set(node, actor);
    return actor;
  };
  const lostBoards = () =>
    [...actors.keys()].filter((node) => ["unreachable", "agentLost"].includes(lifeOf(node)));
  const hear = (news: NodeLiveness) => {
    (actors.get(news.node) ?? start(news.node)).send(eventOf(news));
  };

  for (const news of liveness.list()) hear(news);
  liveness.onChange(hear);

  return {
    of: lifeOf,
    hasWitness: (node) => liveness.list().some((other) => other.node !== node && other.verdict === "alive"),
    known: () => [...actors.keys()],
    onChange: (listener) => {
      listeners.add(listener);
      return { unsubscribe: () => void listeners.delete(listener) };
    },
    forget: (node) => {
      actors.get(node)?.stop();
      actors.delete(node);
    },
  };
}

function eventOf({ verdict, ready }: NodeLiveness): NodeEvent {
  switch (verdict) {
    case "alive":
      return { type: "board.heard", canRunPods: ready };
    case "suspect":
      return { type: "board.doubted" };
    case "agentStopped":
      return { type: "agent.left" };
    case "silent":
      return { type: "board.fellSilent" };
    case "unknown":
      return { type: "observer.lostSight" };
  }
}
