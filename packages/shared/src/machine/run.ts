/**
 * Starts an actor system: the only caller of `createActor`.
 *
 * Every system runs on the clock it is given and is seen by the process' actor registry.
 */
import { createActor, type Actor, type AnyActorLogic, type InputFrom } from "xstate";
import type { Clock } from "../time/clock.ts";
import type { ActorRegistry } from "./registry.ts";

export interface RunOptions<Logic extends AnyActorLogic> {
  /** Unique in the process and readable: `pod default/web`. */
  readonly id: string;
  readonly input: InputFrom<Logic>;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  /** A bug ended the system: an action or guard threw. */
  readonly onError: (error: unknown) => void;
}

export function startActor<Logic extends AnyActorLogic>(
  logic: Logic,
  options: RunOptions<Logic>,
): Actor<Logic> {
  const { id, input, clock, registry, onError } = options;
  const inspect = registry === undefined ? {} : { inspect: registry.inspect };
  // XState decides by type whether options are needed; for a logic that is itself generic it cannot tell.
  const create = createActor as unknown as (logic: Logic, options: object) => Actor<Logic>;
  const actor = create(logic, { id, input, clock, ...inspect });
  actor.subscribe({ error: onError });
  return actor.start();
}
