/**
 * The one way in which objects are created, changed and deleted: defaults → strategy → admission → validation →
 * store → cache → answer.
 *
 * Whatever is returned has been stored and is visible to every reader of this server. Each write names the revision
 * that it builds on; a write that asks for no revision of its own is tried again on the newest object.
 */
import type { KubeObject, ObjectMeta } from "@kubus/shared/api/meta.ts";
import { isTrouble } from "@kubus/shared/errors/trouble.ts";
import { isRefusal, Refusal } from "@kubus/shared/errors/codes.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { Kind } from "../kinds/kind.ts";
import { formatKey } from "../store/key.ts";
import { Conflict, type Revision } from "../store/store.ts";
import { admit, mutate, type AdmissionWorld } from "./admission.ts";
import { withAdmission } from "./admission/world.ts";
import { isReleased, planDeletion } from "./deletion.ts";
import { apiLimits } from "./limits.ts";
import { trackOf, withManagers, type Tracking } from "./managed-fields/tracking.ts";
import { carried, checkPreconditions, nextGeneration, ofServer, withUniqueOwners } from "./metadata.ts";
import type { DeleteOptions } from "./objects.ts";
import { storeOf, type ApiState } from "./ports.ts";
import { alreadyExists, conflict, forbidden, invalid, modifiedMeanwhile, notFound } from "./refusals.ts";
import type { User } from "./request.ts";
import { isSame } from "./same.ts";
import type { Strategy } from "./strategy.ts";

/** What is written, and in whose name. */
export interface Target {
  readonly kind: Kind;
  /** The row that the client spoke of, when it is another one. */
  readonly served?: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly user: User;
  readonly dryRun: boolean;
  readonly subresource?: string | undefined;
  /** How the fields that are written get their managers; undefined: they stay whose they are. */
  readonly tracking?: Tracking;
  /** Takes what the writer should be told besides the answer. */
  readonly warn?: (warning: string) => void;
  /** Takes what the audit log should say of it. */
  readonly annotate?: (key: string, value: string) => void;
}

/** Creates an object; `metadata.name` may be left to `generateName`. */
export async function createObject(ports: ApiState, target: Target, draft: KubeObject): Promise<KubeObject> {
  const { generateName = "" } = draft.metadata;
  const isGenerated = (draft.metadata.name as string | undefined) === undefined || draft.metadata.name === "";
  if (!isGenerated || generateName === "") return createNamed(ports, target, draft);
  for (let attempt = 1; ; attempt += 1) {
    const name = `${generateName.slice(0, generatedBaseMax)}${ports.random.suffix(generatedSuffix)}`;
    try {
      return await createNamed(ports, target, { ...draft, metadata: { ...draft.metadata, name } });
    } catch (error) {
      const isTaken = isRefusal(error, "alreadyExists");
      if (!isTaken || attempt >= apiLimits.generateNameAttemptsMax) throw error;
    }
  }
}

/** A generated name is a DNS label: 63 characters with its suffix. */
const generatedSuffix = 5;
const generatedBaseMax = 63 - generatedSuffix;

async function createNamed(ports: ApiState, target: Target, draft: KubeObject): Promise<KubeObject> {
  const { kind, namespace, user, dryRun } = target;
  const { clock, random, cache } = ports;
  const born: ObjectMeta = {
    ...ofServer(withUniqueOwners(draft.metadata, target.warn)),
    ...(namespace === undefined ? {} : { namespace }),
    uid: random.uuid(),
    creationTimestamp: timestamp(clock.now()),
    ...(kind.hasGeneration ? { generation: 1 } : {}),
  };
  const defaulted = kind.setDefaults({ ...draft, metadata: born });
  const given = draft.metadata.managedFields;
  const track = trackOf(ports, target);
  const complete = withManagers(defaulted, track?.({ live: undefined, next: defaulted, given }));
  const { name } = complete.metadata;
  const attempt = { ...attemptOf(target), name, operation: "create", previous: undefined } as const;
  return withAdmission(ports, target, async (world) => {
    const mutated = await mutate({ ...attempt, object: complete }, world);
    const object = kind.setDefaults(kind.prepareForCreate(mutated, { now: clock.now(), user }));
    const causes = [
      ...kind.validate(object),
      ...(kind.validateCreate?.(object) ?? []),
      ...(target.served?.storedAs?.validateCreate?.(object) ?? []),
    ];
    if (causes.length > 0) throw invalid(kind, name, causes);
    await admit({ ...attempt, object }, world);
    if (dryRun && cache.get(kind, namespace, name) !== undefined) throw alreadyExists(kind, name);
    if (dryRun) return object;
    return stored(ports, { ...target, name }, object, (key) =>
      storeOf(ports, kind).create(key, object),
    ).catch((error: unknown) => {
      throw error instanceof Conflict ? alreadyExists(kind, name) : error;
    });
  });
}

/**
 * Changes an object: `step` makes the next one of the newest one known, perhaps several times.
 * A `resourceVersion` that `step` leaves in the metadata must be the object's own, else 409.
 */
export async function changeObject(
  ports: ApiState,
  target: Target,
  how: { readonly step: (previous: KubeObject) => KubeObject; readonly strategy: Strategy },
): Promise<KubeObject> {
  return onNewest(ports, target, async (previous, expected) => {
    const { kind, name, dryRun } = target;
    const wanted = how.step(previous);
    checkPreconditions(kind, previous, wanted.metadata);
    return withAdmission(ports, target, async (world) => {
      const next = await prepared(target, { wanted, previous, strategy: how.strategy }, world);
      if (isSame(next, carried(previous))) return previous;
      if (dryRun) return withRevision(next, previous.metadata.resourceVersion);
      const store = storeOf(ports, kind);
      if (isReleased(next)) return stored(ports, target, next, (key) => store.delete(key, next, expected));
      return stored(ports, { ...target, name }, next, (key) => store.update(key, next, expected));
    });
  });
}

const withRevision = (object: KubeObject, resourceVersion: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion },
});

async function prepared(
  target: Target,
  change: { readonly wanted: KubeObject; readonly previous: KubeObject; readonly strategy: Strategy },
  world: AdmissionWorld,
): Promise<KubeObject> {
  const { kind, name } = target;
  const { wanted, previous, strategy } = change;
  const identified = {
    ...wanted,
    metadata: {
      ...ofServer(withUniqueOwners(wanted.metadata, target.warn)),
      ...identityOf(previous.metadata),
    },
  };
  const attempt = { ...attemptOf(target), operation: "update", previous } as const;
  // Mutators see what the client wants; which parts of it count at this door is the strategy's matter, afterwards.
  const defaulted = kind.setDefaults(identified);
  const mutated = await mutate({ ...attempt, object: defaulted }, world);
  const complete = kind.setDefaults(strategy.prepare(kind, mutated, previous));
  const generation = nextGeneration(kind, complete, previous);
  const counted = generation === undefined ? complete.metadata : { ...complete.metadata, generation };
  // What admission changed is nobody's: managers are those of what the writer itself wants.
  const written = mutated === defaulted ? complete : strategy.prepare(kind, defaulted, previous);
  const given = wanted.metadata.managedFields;
  const managers = trackOf(world, target)?.({ live: previous, next: written, given });
  const next = withManagers(
    carried({ ...complete, metadata: counted }),
    managers ?? previous.metadata.managedFields,
  );
  const causes = [
    ...strategy.check(kind, next, previous),
    ...(target.served?.storedAs?.validateUpdate?.(next, previous) ?? []),
  ];
  if (causes.length > 0) throw invalid(kind, name, causes);
  await admit({ ...attempt, object: next }, world);
  return next;
}

/** What no client can change. */
const identity = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generateName",
] as const;

const identityOf = (previous: ObjectMeta): Partial<ObjectMeta> =>
  Object.fromEntries(
    identity.filter((name) => previous[name] !== undefined).map((name) => [name, previous[name]]),
  );

export interface Removal {
  readonly object: KubeObject;
  /** False: it is marked and goes later. */
  readonly isGone: boolean;
}

/** Deletes an object, or marks it when something holds it. */
export async function deleteObject(
  ports: ApiState,
  target: Target,
  options: DeleteOptions,
): Promise<Removal> {
  const { kind, name } = target;
  if ((kind.undeletable ?? []).includes(name))
    throw forbidden(kind, name, `this ${kind.singular} may not be deleted`);
  return onNewest(ports, target, (object, expected) => {
    checkPreconditions(kind, object, options.preconditions ?? {});
    const attempt = { ...attemptOf(target), operation: "delete", object, previous: object } as const;
    return withAdmission(ports, target, async (world) => {
      await admit(attempt, world);
      return removed(ports, target, { object, expected, options });
    });
  });
}

async function removed(
  ports: ApiState,
  target: Target,
  asked: { readonly object: KubeObject; readonly expected: Revision; readonly options: DeleteOptions },
): Promise<Removal> {
  const { kind, dryRun } = target;
  const { object, expected, options } = asked;
  const store = storeOf(ports, kind);
  const deletion = planDeletion({ kind, object, options, now: ports.clock.now() });
  if (deletion.type === "pending") return { object, isGone: false };
  if (deletion.type === "remove") {
    const last = carried(object);
    if (!dryRun) await stored(ports, target, last, (key) => store.delete(key, last, expected));
    return { object, isGone: true };
  }
  if (dryRun) return { object: deletion.object, isGone: false };
  const next = carried(deletion.object);
  const marked = await stored(ports, target, next, (key) => store.update(key, next, expected));
  return { object: marked, isGone: false };
}

/** Runs `act` on the newest object, and again on a newer one for as long as somebody else is faster. */
function onNewest<Result>(
  ports: ApiState,
  target: Target,
  act: (object: KubeObject, revision: Revision) => Promise<Result>,
): Promise<Result> {
  const { kind, namespace = "", name } = target;
  return ports.turns.take(formatKey({ ...kind, namespace, name }), async () => {
    for (let attempt = 1; ; attempt += 1) {
      const object = ports.cache.get(kind, target.namespace, name);
      if (object === undefined) throw notFound(kind, name);
      const revision = storeOf(ports, kind).parseRevision(object.metadata.resourceVersion) ?? 0;
      try {
        return await act(object, revision);
      } catch (error) {
        if (!isLate(error)) throw error;
        const isNewer = await caughtUp(ports, target, revision);
        if (isNewer && attempt < apiLimits.writeAttemptsMax) continue;
        throw error instanceof Conflict ? conflict(kind, name, modifiedMeanwhile) : error;
      }
    }
  });
}

/** Built on a revision that is not the newest any more, or was not seen here yet. */
const isLate = (error: unknown): boolean => error instanceof Conflict || isRefusal(error, "conflict");

/** Waits until the cache shows what the store has. False: it already does. */
async function caughtUp(
  ports: ApiState,
  { kind, namespace = "", name }: Target,
  seen: Revision,
): Promise<boolean> {
  const key = formatKey({ ...kind, namespace, name });
  const newest = await storeOf(ports, kind).get(key);
  if (newest === undefined || newest.revision <= seen) return false;
  await ports.cache.waitFor(kind, newest.revision);
  return true;
}

/** Writes, waits until this server shows it, and gives back the object with its new resourceVersion. */
async function stored(
  ports: ApiState,
  { kind, namespace = "", name }: Target,
  object: KubeObject,
  write: (key: string) => Promise<Revision>,
): Promise<KubeObject> {
  const revision = await write(formatKey({ ...kind, namespace, name })).catch((error: unknown) => {
    throw isTrouble(error, "tooLarge") ? new Refusal("tooLarge", error.message) : error;
  });
  await ports.cache.waitFor(kind, revision);
  const resourceVersion = storeOf(ports, kind).formatRevision(revision);
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

const attemptOf = ({ kind, served = kind, namespace, name, subresource, user, dryRun }: Target) => ({
  kind,
  served,
  namespace,
  name,
  subresource,
  user,
  dryRun,
});
