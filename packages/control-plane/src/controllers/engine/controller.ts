/**
 * What a controller is: data. The engine (`controller.machine.ts`, `key.machine.ts`) does the rest.
 */
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { CacheEvent, Cache } from "../../cache/cache.ts";
import type { Life } from "./life.ts";
import type { AnyKind, Plan } from "./plan.ts";

export interface Watch {
  /** `every`: all kinds that are stored, also custom ones that come later. */
  readonly kind: AnyKind | "every";
  /** Which keys must be looked at again because this object changed. May read the cache. */
  readonly wakes: (event: CacheEvent, cache: Cache) => readonly string[];
}

export interface Controller<View = unknown> {
  /** Kubernetes' name, such as `replicaset`; the actor's and the user's name are made of it. */
  readonly name: string;
  /** Who its events say they are from, as Kubernetes names it. Default: `<name>-controller`. */
  readonly component?: string;
  /** What it guarantees, in a sentence, for the docs. */
  readonly guarantee: string;
  readonly watches: readonly Watch[];
  /**
   * What else wakes it than changes in the cache, such as the detector of lost boards. Called when it begins to lead;
   * whoever listens first wakes every key that it knows.
   */
  readonly alsoWakes?: (wake: (key: string) => void) => Subscription;
  /** Gathers everything the decision may know. Reads the cache and the clock, nothing else. */
  readonly observe: (key: string, world: { readonly cache: Cache; readonly now: number }) => View;
  /** Pure. */
  readonly reconcile: (view: View) => Plan;
  /** For objects with a life: a statechart of its own, which follows what the passes see. */
  readonly life?: Life<View>;
  /** Nothing is left to look at: the key's actor ends after this pass. Without it, actors stay. */
  readonly isGone?: (view: View) => boolean;
  /** How many keys may be worked on at once. */
  readonly workersMax?: number;
}

/** A list of controllers holds views of every kind. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- no better type for a heterogeneous list
export type AnyController = Controller<any>;

export const defineController = <View>(controller: Controller<View>): Controller<View> => controller;
