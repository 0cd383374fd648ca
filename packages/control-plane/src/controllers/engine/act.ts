/**
 * Carries out the effects of a plan, in order, and stops at the first failure.
 *
 * Neighbouring creations and deletions do not depend on each other and go side by side. Events are handed over and
 * never waited for. Being too late is not a failure: the answer is `overtaken`, and the next pass sees the newer object.
 * After a failure only the report of it is still written (`reportStatus`).
 */
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import type { Objects } from "../../api/objects.ts";
import type { Kind } from "../../kinds/kind.ts";
import type { Happening, RecordEvent } from "./events.ts";
import type { Effect, Failure, Tells } from "./plan.ts";
import { sideBySide, type Pace } from "./side-by-side.ts";

export const actLimits = {
  /** Writes under way at once for one key: the store batches them, the API stays responsive. */
  sideBySideMax: 16,
  /** Creations begun before one has succeeded: what refuses one refuses all. Kubernetes' SlowStartInitialBatchSize. */
  firstCreationsMax: 1,
} as const;

export interface ActOptions {
  readonly objects: Objects;
  readonly recordEvent: RecordEvent;
}

export type Act = (effects: readonly Effect[], signal: AbortSignal) => Promise<"done" | "overtaken">;

type Report = Extract<Effect, { type: "reportStatus" }>;
type Write = Exclude<Effect, Report | { type: "recordEvent" }>;

export function makeAct({ objects, recordEvent }: ActOptions): Act {
  const carryOut = async (effect: Write): Promise<void> => {
    const tells = "tells" in effect ? effect.tells : undefined;
    try {
      const name = await write(objects, effect);
      if (tells?.success !== undefined) recordEvent(happening(tells.about, "Normal", tells.success, name));
    } catch (error) {
      if (tells !== undefined && !isOvertaken(error) && !isOfEndingNamespace(error)) {
        recordEvent(happening(tells.about, "Warning", tells.failure, asError(error).message));
      }
      throw error;
    }
  };

  const carryOutStep = async (step: Step, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (step.type === "recordEvent") recordEvent(step.event);
    else if (step.type === "report") await report(objects, step.effect, undefined);
    else await carryOutAll(step.writes, carryOut, signal);
  };

  return async (effects, signal) => {
    const steps = stepsOf(effects);
    for (const [index, step] of steps.entries()) {
      try {
        await carryOutStep(step, signal);
      } catch (error) {
        if (isOvertaken(error)) return "overtaken";
        if (!signal.aborted) await reportFailure(objects, steps.slice(index), asError(error));
        throw error;
      }
    }
    return "done";
  };
}

/** Somebody else wrote first, or the object is gone: what the plan was made from is old. */
const isOvertaken = (error: unknown) => isRefusal(error, "conflict", "alreadyExists", "notFound");

/** A namespace that ends takes nothing more. What was to be made there is not missed. */
const isOfEndingNamespace = (error: unknown) =>
  isRefusal(error, "forbidden") &&
  error.details?.causes?.some(({ reason }) => reason === "NamespaceTerminating") === true;

async function report(objects: Objects, effect: Report, failure: Failure | undefined): Promise<void> {
  const status = effect.statusAfter(failure);
  if (status !== undefined) await write(objects, { ...effect, type: "writeStatus", status });
}

/** Writes the reports that follow the step that failed. */
async function reportFailure(
  objects: Objects,
  [failed, ...rest]: readonly Step[],
  { message }: Error,
): Promise<void> {
  if (failed?.type !== "writes") return;
  const [first] = failed.writes;
  if (first === undefined) return;
  for (const step of rest) {
    if (step.type !== "report") continue;
    // The pass is judged by its first failure; the next one fails again, and reports again.
    await report(objects, step.effect, { effect: first.type, message }).catch(() => undefined);
  }
}

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
    case "evict":
      await objects.evict(effect.target);
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
  | { readonly type: "report"; readonly effect: Report }
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
    if (effect.type === "reportStatus") {
      steps.push({ type: "report", effect });
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

/** A creation that fails says something of its neighbours; a name that is taken or a deletion that is refused does not. */
const paceOf = (type: Write["type"]): Pace => {
  const { sideBySideMax, firstCreationsMax } = actLimits;
  return type === "delete"
    ? { sideBySideMax, firstMax: sideBySideMax, goesOnAfter: (error) => isRefusal(error) }
    : { sideBySideMax, firstMax: firstCreationsMax, goesOnAfter: isOvertaken };
};

/** Rejects when all that were begun have ended. */
async function carryOutAll(
  writes: readonly Write[],
  carryOut: (effect: Write) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const begin = async (effect: Write) => {
    signal.throwIfAborted();
    await carryOut(effect);
  };
  const failures = await sideBySide(writes, begin, paceOf(writes[0]?.type ?? "create"));
  const missed = failures.filter((error) => !isOfEndingNamespace(error));
  // A failure counts for more than being overtaken: only it leads to a pause.
  const failure = missed.find((error) => !isOvertaken(error)) ?? missed[0];
  if (failure !== undefined) throw asError(failure);
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

const happening = (
  about: Tells["about"],
  eventType: Happening["eventType"],
  { reason, text }: Tells["failure"],
  what: string,
): Happening => ({ about, eventType, reason, message: text + what });
