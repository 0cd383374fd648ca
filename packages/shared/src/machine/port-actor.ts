/**
 * The hole in a machine: an actor that some port fills when the system is wired.
 *
 * A machine names what it wants done (`pull`, `start`, `awaitExit`) and never how. A hole that
 * nobody filled rejects with its own name. Leaving a state aborts the `signal` and nothing more:
 * whatever fills a hole must be idempotent and serialised per object.
 */
import { fromPromise, type PromiseActorLogic } from "xstate";

export function portActor<Output, Input>(name: string): PromiseActorLogic<Output, Input> {
  return fromPromise<Output, Input>(() => Promise.reject(new Error(`Nothing was provided for "${name}".`)));
}

/** Fills a hole with a function of the port. */
export function fill<Output, Input>(
  act: (input: Input, signal: AbortSignal) => Promise<Output>,
): PromiseActorLogic<Output, Input> {
  return fromPromise<Output, Input>(({ input, signal }) => act(input, signal));
}
