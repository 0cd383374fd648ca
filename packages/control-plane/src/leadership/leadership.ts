/**
 * Leadership of this server: fills the machine's holes with the lease `kube-system/kubus-controllers`.
 *
 * The Lease is transient: renewals live in memory on the bus and never touch a disk.
 */
import { waitFor } from "xstate";
import type { Lease, Namespace } from "@kubus/shared/api/core.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { microTimestamp, type Clock } from "@kubus/shared/time/clock.ts";
import type { Objects } from "../api/objects.ts";
import type { Cache } from "../cache/cache.ts";
import { leaseKind, namespaceKind } from "../kinds/index.ts";
import { annotationsOf, everything, type Switches } from "../switches/switches.ts";
import { claimOf, leadershipLimits, leaseTarget } from "./claim.ts";
import { leadershipMachine, type ClaimOutcome } from "./leadership.machine.ts";

export interface LeadershipOptions {
  /** This server's name: unique, and the same after a restart. */
  readonly name: string;
  readonly cache: Cache;
  readonly objects: Objects;
  /** Which parts work while this server leads; told on the lease. Absent: all. */
  readonly switches?: Switches;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  readonly log: Log;
  readonly onGained: () => void;
  readonly onLost: () => void;
  /** A bug ended the actor: this server will never lead again. */
  readonly onError: (error: unknown) => void;
}

export interface Leadership {
  isLeading(): boolean;
  /** The server that leads as far as this one knows. */
  leader(): string | undefined;
  /** Hands over. `onLost` has been called when it resolves. */
  stop(): Promise<void>;
}

/** Begins at once; the first claim waits until the cache is complete. */
export function startLeadership(options: LeadershipOptions): Leadership {
  const { cache, clock, registry, onGained, onLost, onError } = options;
  const logic = leadershipMachine.provide({
    actors: { claim: claimLease(options), release: releaseLease(options) },
    actions: { tellGained: onGained, tellLost: onLost },
  });
  const base = { id: "leadership", input: undefined, clock, onError };
  const actor = startActor(logic, registry === undefined ? base : { ...base, registry });
  const subscription = cache.onEvent(({ kind, object }) => {
    if (kind !== leaseKind || object.metadata.name !== leaseTarget.name) return;
    if ((object as Lease).spec?.holderIdentity !== options.name) actor.send({ type: "lease.changed" });
  });
  return {
    isLeading: () => actor.getSnapshot().matches("leading"),
    leader: () => leaseIn(cache)?.spec?.holderIdentity,
    stop: async () => {
      actor.send({ type: "stop.requested" });
      await waitFor(actor, ({ status }) => status !== "active");
      subscription.unsubscribe();
    },
  };
}

const leaseIn = (cache: Cache): Lease | undefined =>
  cache.get(leaseKind, leaseTarget.namespace, leaseTarget.name);

function claimLease(options: LeadershipOptions) {
  const { name: me, cache, objects, clock } = options;
  let seen: { readonly version: string | undefined; readonly at: number } | undefined;

  return fill<ClaimOutcome, undefined>(async () => {
    await cache.synced;
    const begun = clock.monotonic();
    const lease = leaseIn(cache);
    const version = lease?.metadata.resourceVersion;
    if (seen === undefined || seen.version !== version) seen = { version, at: begun };
    const claim = claimOf({ lease, me, unchangedForMs: begun - seen.at });
    if (claim.type === "wait") return { holds: false, waitMs: claim.waitMs };
    const at = microTimestamp(clock.now());
    const tenancy = claim.type === "renew" ? {} : { acquireTime: at, leaseTransitions: claim.transitions };
    const { leaseDurationSeconds } = leadershipLimits;
    const spec = { holderIdentity: me, leaseDurationSeconds, renewTime: at, ...tenancy };
    if (lease === undefined) await createLease(options, spec);
    else {
      const { resourceVersion } = lease.metadata;
      const annotations = annotationsOf(options.switches ?? everything);
      await objects.patch(leaseKind, leaseTarget, { metadata: { resourceVersion, annotations }, spec });
    }
    if (clock.monotonic() - begun > leadershipLimits.renewalMaxMs) {
      throw new Trouble("timeout", "The lease was written too late to count.");
    }
    return { holds: true };
  });
}

async function createLease(options: LeadershipOptions, spec: Lease["spec"]): Promise<void> {
  const { cache, objects, switches = everything } = options;
  const { namespace } = leaseTarget;
  if (cache.get<Namespace>(namespaceKind, undefined, namespace) === undefined) {
    await objects.create(namespaceKind, { metadata: { name: namespace } }).catch((error: unknown) => {
      // Another server was faster: it is there.
      if (!isRefusal(error, "alreadyExists")) throw error;
    });
  }
  const told = Object.entries(annotationsOf(switches)).filter(([, text]) => text !== null);
  const annotations = Object.fromEntries(told) as Readonly<Record<string, string>>;
  await objects.create<Lease>(leaseKind, {
    metadata: { ...leaseTarget, annotations },
    ...(spec && { spec }),
  });
}

/** Lets go of the lease, so that another server need not wait until it looks abandoned. */
const releaseLease = ({ name: me, cache, objects }: LeadershipOptions) =>
  fill<unknown, undefined>(async () => {
    const lease = leaseIn(cache);
    if (lease?.spec?.holderIdentity !== me) return;
    const metadata = { resourceVersion: lease.metadata.resourceVersion };
    await objects.patch(leaseKind, leaseTarget, { metadata, spec: { holderIdentity: "" } });
  });
