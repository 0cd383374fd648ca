/**
 * The store on JetStream: one stream, one subject per object, revision = sequence.
 *
 * An acknowledged write is never lost and no write is applied twice, whatever becomes of connections and servers. The
 * stream keeps the last message of each subject only, so starting costs what lives, never what was.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { systemRandom } from "@kubus/shared/chance/system-random.ts";
import type { Random } from "@kubus/shared/chance/random.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { upkeepMachine } from "../../store/upkeep.machine.ts";
import { durableRevisions, transientRevisions } from "../../store/revision-text.ts";
import { Conflict, storeLimits, type Revision, type Store } from "../../store/store.ts";
import { Aging, type Aged } from "./aging.ts";
import { ApiRefusal, apiErrors, callApi, connected, type StoredMessage } from "./jetstream-api.ts";
import { JetStreamFollowing } from "./jetstream-follow.ts";
import { carryOut } from "./jetstream-write.ts";
import {
  decodeObject,
  encodeObject,
  keyOfSubject,
  subjectOfKey,
  type StoredObject,
} from "./object-message.ts";
import { ensureStream, type StreamLife, type StreamOptions } from "./stream.ts";

export interface JetStreamStoreOptions extends StreamOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly registry?: ActorRegistry;
  /** Gives up waiting for the bus. */
  readonly signal?: AbortSignal;
}

export interface JetStreamStore extends Store {
  /** Stops its actors, also those of its followers. The link stays with whoever made it. */
  close(): void;
}

/** What the stream holds under a subject. */
export interface Found extends StoredObject {
  readonly revision: Revision;
  readonly object: KubeObject;
}

/** Purged or re-created in between: how often a creation looks again. */
const createTriesMax = 3;

/** Waits for the bus. Rejects when the stream is refused: see stream.ts. */
export async function openJetStreamStore(options: JetStreamStoreOptions): Promise<JetStreamStore> {
  const { link, signal } = options;
  await connected(link, signal);
  const store = new StoreOnStream(options);
  await store.open();
  return store;
}

class StoreOnStream implements JetStreamStore {
  readonly #options: JetStreamStoreOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #aging: Aging;
  readonly #texts;
  readonly #followings = new Set<JetStreamFollowing>();
  #createdAt = 0;
  #stopUpkeep: () => void = () => undefined;

  constructor(options: JetStreamStoreOptions) {
    const { kind, clock = systemClock, random = systemRandom } = options;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#aging = new Aging(kind === "durable" ? "tombstones" : "everything");
    this.#texts = kind === "durable" ? durableRevisions : transientRevisions(() => this.#createdAt);
  }

  async open(): Promise<void> {
    await this.#ensure();
    this.#startUpkeep();
  }

  async create(key: string, object: KubeObject): Promise<Revision> {
    const subject = this.#subject(key);
    let base: Revision = 0;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#write(subject, { object, base, deleted: false });
      } catch (error) {
        if (!(error instanceof Conflict) || tries === createTriesMax) throw error;
      }
      const found = await this.#find(subject);
      if (found?.deleted === false) throw new Conflict(`${key} exists at revision ${found.revision}.`);
      base = found?.revision ?? 0;
    }
  }

  update(key: string, object: KubeObject, expected: Revision): Promise<Revision> {
    return this.#write(this.#subject(key), { object, base: expected, deleted: false });
  }

  delete(key: string, last: KubeObject, expected: Revision): Promise<Revision> {
    return this.#write(this.#subject(key), { object: last, base: expected, deleted: true });
  }

  async get(key: string): ReturnType<Store["get"]> {
    const found = await this.#find(this.#subject(key));
    if (found === undefined) return undefined;
    const { revision, object, deleted } = found;
    return { key, revision, object, deleted };
  }

  follow(follower: Parameters<Store["follow"]>[0]): ReturnType<Store["follow"]> {
    const { link, stream, log, registry } = this.#options;
    const notice = (seen: Aged) => this.#aging.note(seen);
    const ensure = () => this.#ensure();
    const tools = { link, stream, log, registry, clock: this.#clock, ensure, notice };
    const following = new JetStreamFollowing(tools, follower);
    this.#followings.add(following);
    return Promise.resolve({
      unsubscribe: () => {
        this.#followings.delete(following);
        following.unsubscribe();
      },
    });
  }

  async purgeTombstones(olderThanMs: number): Promise<number> {
    const age = Math.max(olderThanMs, storeLimits.tombstoneAgeMinMs);
    const old = this.#aging.before(this.#clock.now() - age).filter(({ deleted }) => deleted);
    for (const tombstone of old) await this.#purge(tombstone);
    return old.length;
  }

  formatRevision(revision: Revision): string {
    return this.#texts.format(revision);
  }

  parseRevision(text: string): Revision | undefined {
    return this.#texts.parse(text);
  }

  close(): void {
    this.#stopUpkeep();
    for (const following of this.#followings) following.unsubscribe();
  }

  #subject(key: string): string {
    return subjectOfKey(this.#options.stream, key);
  }

  async #ensure(): Promise<StreamLife> {
    const life = await ensureStream(this.#options);
    if (life.createdAt !== this.#createdAt) this.#aging.clear();
    this.#createdAt = life.createdAt;
    return life;
  }

  #write(
    subject: string,
    {
      object,
      base,
      deleted,
    }: { readonly object: KubeObject; readonly base: Revision; readonly deleted: boolean },
  ): Promise<Revision> {
    const text = JSON.stringify(object);
    if (Buffer.byteLength(text) > storeLimits.objectBytesMax) {
      const problem = `An object of ${text.length} bytes is too large to be stored.`;
      return Promise.reject(new Trouble("tooLarge", problem));
    }
    const writeId = this.#random.uuid();
    const payload = encodeObject(subject, { deleted, writeId, base, text });
    const { link, log, registry } = this.#options;
    const tools = {
      link,
      log,
      registry,
      clock: this.#clock,
      ensure: () => this.#ensure(),
      find: (wanted: string) => this.#find(wanted),
    };
    return carryOut(tools, { subject, payload, writeId, base });
  }

  /** Reads from the stream's leader, so what was acknowledged is seen. Rejects with `Trouble`. */
  async #find(subject: string): Promise<Found | undefined> {
    const { link, stream } = this.#options;
    const message = await callApi<{ readonly message: StoredMessage }>(link, `STREAM.MSG.GET.${stream}`, {
      last_by_subj: subject,
    }).catch((error: unknown) => {
      if (error instanceof ApiRefusal && error.number === apiErrors.noMessage) return undefined;
      if (error instanceof ApiRefusal) throw new Trouble("broken", error.message, { cause: error });
      throw error;
    });
    if (message === undefined) return undefined;
    const { seq, data = "" } = message.message;
    try {
      return { ...decodeObject(subject, Buffer.from(data, "base64")), revision: seq };
    } catch (error) {
      throw new Trouble("broken", `${keyOfSubject(subject)} is damaged: ${String(error)}`, { cause: error });
    }
  }

  /** Up to the tombstone and no further: a key that was created again keeps its object. */
  async #purge(tombstone: Aged): Promise<void> {
    const { link, stream } = this.#options;
    const { subject, revision } = tombstone;
    await callApi(link, `STREAM.PURGE.${stream}`, { filter: subject, seq: revision + 1 });
    this.#aging.forget(tombstone);
  }

  #startUpkeep(): void {
    const { stream, log, registry } = this.#options;
    const machine = upkeepMachine.provide({ actors: { sweep: fill(() => this.#sweep()) } });
    const actor = startActor(machine, {
      id: `upkeep ${stream}`,
      input: undefined,
      clock: this.#clock,
      ...(registry === undefined ? {} : { registry }),
      onError: (error) => log.error("store.upkeep-failed", { stream, why: String(error) }),
    });
    this.#stopUpkeep = () => actor.stop();
  }

  async #sweep(): Promise<undefined> {
    if (this.#options.kind === "durable") await this.purgeTombstones(storeLimits.tombstoneAgeMs);
    else await this.#expire();
    return undefined;
  }

  async #expire(): Promise<void> {
    for (const old of this.#aging.before(this.#clock.now() - storeLimits.transientAgeMaxMs)) {
      const found = await this.#find(old.subject);
      if (found?.revision === old.revision && !found.deleted) await this.#expireOne(old, found.object);
      this.#aging.forget(old);
    }
  }

  async #expireOne({ subject, revision }: Aged, object: KubeObject): Promise<void> {
    try {
      await this.#write(subject, { object, base: revision, deleted: true });
    } catch (error) {
      if (!(error instanceof Conflict)) throw error; // Another server was faster, or it was renewed.
    }
  }
}
