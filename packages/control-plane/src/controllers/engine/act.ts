/**
 * Carries out the effects of a plan, in order, and stops at the first failure.
 *
 * Neighbouring creations and deletions do not depend on each other and go side by side. Events are handed over and
 * never waited for. Being too late is not a failure: the answer is `overtaken`, and the next pass sees the newer object.
 */
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import type { Objects } from "../../api/objects.ts";
import type { Kind } from "../../kinds/kind.ts";
import type { Happening, RecordEvent } from "./events.ts";
import type { Effect, Tells } from "./plan.ts";

export const actLimits = {
  /** Writes under way at once for one key: the store batches them, the API stays responsive. */
  sideBySideMax: 16,
} as const;

export interface ActOptions {
  readonly objects: Objects;
  readonly recordEvent: RecordEvent;
}

export type Act = (effects: readonly Effect[], signal: AbortSignal) => Promise<"done" | "overtaken">;

type Write = Exclude<Effect, { type: "recordEvent" }>;

export function makeAct({ objects, recordEvent }: ActOptions): Act {
  const carryOut = async (effect: Write): Promise<void> => {
    const tells = "tells" in effect ? effect.tells : undefined;
    try {
      const name = await write(objects, effect);
      if (tells?.success !== undefined) recordEvent(happening(tells.about, "Normal", tells.success, name));
    } catch (error) {
      if (tells !== undefined && !isOvertaken(error)) {
        recordEvent(happening(tells.about, "Warning", tells.failure, asError(error).message));
      }
      throw error;
    }
  };

  return async (effects, signal) => {
    try {
      for (const step of stepsOf(effects)) {
        signal.throwIfAborted();
        if (step.type === "recordEvent") recordEvent(step.event);
        else await sideBySide(step.writes, carryOut, signal);
      }
      return "done";
    } catch (error) {
      if (isOvertaken(error)) return "overtaken";
      throw error;
    }
  };
}

/** Somebody else wrote first, or the object is gone: what the plan was made from is old. */
const isOvertaken = (error: unknown) => isRefusal(error, "conflict", "alreadyExists", "notFound");

/** Returns the object's name. */
async function write(objects: Objects, effect: Write): Promise<string> {
  const kind = effect.kind as Kind;
  switch (effect.type) {
    case "create": {
      const created = await objects.create(kind, effect.object);
      return created.metadata.name;
    }
    case "delete":
      await objects.delete(kind, effect.target, effect.options).catch((error: unknown) => {
        // Somebody else deleted it: what was asked for is so.
        if (!isRefusal(error, "notFound")) throw error;
      });
      return effect.target.name;
    case "patch":
      await objects.patch(kind, effect.target, effect.patch, effect.subresource);
      return effect.target.name;
    case "patchWith":
      await objects.patch(kind, effect.target, await effect.make(), effect.subresource);
      return effect.target.name;
    case "writeStatus": {
      const { resourceVersion, ...target } = effect.target;
      const condition = resourceVersion === undefined ? {} : { metadata: { resourceVersion } };
      await objects.patch(kind, target, { ...condition, status: effect.status }, "status");
      return target.name;
    }
    case "setFinalizers": {
      const { resourceVersion, ...target } = effect.target;
      await objects.patch(kind, target, { metadata: { resourceVersion, finalizers: effect.finalizers } });
      return target.name;
    }
  }
}

type Step =
  | { readonly type: "writes"; readonly writes: readonly Write[] }
  | { readonly type: "recordEvent"; readonly event: Effect & { type: "recordEvent" } };

/** Runs of neighbouring creations, and of neighbouring deletions, are one step; everything else is a step of its own. */
function stepsOf(effects: readonly Effect[]): readonly Step[] {
  const steps: ({ type: "writes"; writes: Write[] } | Step)[] = [];
  let open: Write[] | undefined;
  for (const effect of effects) {
    if (effect.type === "recordEvent") {
      steps.push({ type: "recordEvent", event: effect });
      continue;
    }
    const isIndependent = effect.type === "create" || effect.type === "delete";
    if (open !== undefined && isIndependent && open[0]?.type === effect.type) {
      open.push(effect);
      continue;
    }
    open = [effect];
    steps.push({ type: "writes", writes: open });
  }
  return steps;
}

/** Begins them in order, a bounded number at once; after a failure none is begun, and it rejects when all have ended. */
async function sideBySide(
  writes: readonly Write[],
  carryOut: (effect: Write) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let next = 0;
  const failures: Error[] = [];
  const worker = async () => {
    for (let effect = writes[next]; effect !== undefined && failures.length === 0; effect = writes[next]) {
      next += 1;
      try {
        signal.throwIfAborted();
        await carryOut(effect);
      } catch (error) {
        failures.push(asError(error)); // Thrown below, when the others have ended.
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(actLimits.sideBySideMax, writes.length) }, worker));
  // A failure counts for more than being overtaken: only it leads to a pause.
  const failure = failures.find((error) => !isOvertaken(error)) ?? failures[0];
  if (failure !== undefined) throw failure;
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

const happening = (
  about: Tells["about"],
  eventType: Happening["eventType"],
  { reason, text }: Tells["failure"],
  what: string,
): Happening => ({ about, eventType, reason, message: text + what });
