/**
 * One conditional write to the stream, until its fate is known.
 *
 * Every write has a name of its own, so that after a lost acknowledgement a look at the key tells whether it was
 * applied. It may be sent several times; since all of them build on the same revision, one at most is applied.
 */
import { headers } from "@nats-io/transport-node";
import type { NatsLink } from "@kubus/shared/adapters/nats-link.ts";
import { isTrouble, Trouble } from "@kubus/shared/errors/trouble.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { toPromise } from "xstate";
import { Conflict, storeLimits, type Revision } from "../../store/store.ts";
import { writeMachine, type Fate, type Sighting } from "../../store/write.machine.ts";
import { ApiRefusal, apiErrors, ask, connected, type ApiError } from "./jetstream-api.ts";
import type { Found } from "./jetstream-store.ts";

export interface Write {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly writeId: string;
  readonly base: Revision;
}

export interface WriteTools {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: ActorRegistry | undefined;
  /** Finds the stream, or makes it where that is right. */
  readonly ensure: () => Promise<unknown>;
  /** What the stream holds last under a subject. */
  readonly find: (subject: string) => Promise<Found | undefined>;
}

/** Rejects with `Conflict`, or with `Trouble` as the port says. */
export async function carryOut(tools: WriteTools, write: Write): Promise<Revision> {
  const first = await publish(tools, write);
  if (first.how === "written") return first.revision;
  if (first.how === "overtaken") throw conflict(write);
  tools.log.warn("store.write-pursued", { subject: write.subject, after: first.how });
  const fate = await pursue(tools, write, first.how === "doubtful" ? "doubtful" : "refused");
  tools.log.info("store.write-settled", { subject: write.subject, fate: fate.how });
  if (fate.how === "written") return fate.revision;
  if (fate.how === "overtaken") throw conflict(write);
  if (fate.how === "unsent") {
    throw new Trouble("timeout", `The store could not be reached within ${storeLimits.deadlineMs} ms.`);
  }
  throw new Trouble("unknownOutcome", "Nobody can tell whether this was written.");
}

const conflict = ({ subject, base }: Write): Conflict =>
  new Conflict(`${subject} is not at revision ${base} any more.`);

async function publish({ link }: WriteTools, { subject, payload, base }: Write): Promise<Sighting> {
  const expectation = headers();
  expectation.set("Nats-Expected-Last-Subject-Sequence", String(base));
  try {
    const ack = JSON.parse(await ask(link, subject, payload, expectation)) as {
      readonly seq?: number;
      readonly error?: ApiError;
    };
    if (ack.error === undefined && ack.seq !== undefined) return { how: "written", revision: ack.seq };
    const refusal = new ApiRefusal(ack.error ?? { code: 500, description: "an answer without a revision" });
    if (refusal.number === apiErrors.wrongLastSequence) return { how: "overtaken" };
    if (isOutOfSpace(refusal)) throw new Trouble("full", noRoom, { cause: refusal });
    if (refusal.status === 503) return { how: "refused" };
    throw new Trouble("broken", refusal.message, { cause: refusal });
  } catch (error) {
    if (isTrouble(error, "disconnected", "noResponders")) return { how: "refused" };
    if (isTrouble(error, "timeout")) return { how: "doubtful" };
    // The connection broke on the way; whatever JetStream itself refused has the refusal as its cause.
    if (isTrouble(error, "broken") && !(error.cause instanceof ApiRefusal)) return { how: "doubtful" };
    throw error;
  }
}

/** The kernel's words (ENOSPC), passed on by JetStream. Trying again makes no room. */
const isOutOfSpace = ({ message }: ApiRefusal) => message.includes("no space left on device");

const noRoom =
  "The store's disk is full: nothing was written and nothing was lost. Make room on the disk of the bus and try again.";

async function pursue(tools: WriteTools, write: Write, first: "refused" | "doubtful"): Promise<Fate> {
  const { link, clock, registry } = tools;
  const machine = writeMachine.provide({
    actors: {
      awaitBus: fill((_, signal) => connected(link, signal)),
      look: fill(() => look(tools, write)),
      publish: fill(() => publish(tools, write)),
    },
  });
  const actor = startActor(machine, {
    id: `write ${write.writeId}`,
    input: { first },
    clock,
    ...(registry === undefined ? {} : { registry }),
    onError: () => undefined, // Told to whoever waits for the output.
  });
  return toPromise(actor);
}

async function look({ ensure, find }: WriteTools, { subject, writeId, base }: Write): Promise<Sighting> {
  await ensure();
  const found = await find(subject);
  if ((found?.revision ?? 0) === base) return { how: "untouched" };
  if (found === undefined) return base === 0 ? { how: "untouched" } : { how: "overtaken" };
  if (found.writeId === writeId) return { how: "written", revision: found.revision };
  return found.base === base ? { how: "overtaken" } : { how: "undecidable" };
}
