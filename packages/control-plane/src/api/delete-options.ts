/** How something is to be deleted: a DeleteOptions body, or the same options in the query. */
import { valueIn } from "./body.ts";
import { unsupportedOption, type Call } from "./call.ts";
import type { DeleteOptions } from "./objects.ts";
import { isTrue } from "./query.ts";
import { badRequest } from "./refusals.ts";

/** As it may arrive: nothing about it is known yet. */
interface Received {
  readonly kind?: unknown;
  readonly gracePeriodSeconds?: unknown;
  readonly propagationPolicy?: unknown;
  readonly orphanDependents?: unknown;
  readonly preconditions?: { readonly uid?: unknown; readonly resourceVersion?: unknown };
  readonly dryRun?: readonly unknown[];
}

const policies = ["Background", "Foreground", "Orphan"] as const;

export function deleteOptionsIn(call: Call): DeleteOptions {
  const { query, body } = call.request;
  const given = body.length === 0 ? {} : receivedFrom(valueIn(call.request));
  return deleteOptionsOf({
    gracePeriodSeconds: numberOf(query.get("gracePeriodSeconds")),
    propagationPolicy: query.get("propagationPolicy") ?? undefined,
    orphanDependents: isTrue(query.get("orphanDependents")) ? true : undefined,
    ...given,
  });
}

/** Whether nothing is to be done: asked for in the query, or in the body, as kubectl does. */
export function isDryRunDeletion({ request, dryRun }: Call): boolean {
  if (dryRun || request.body.length === 0) return dryRun;
  const { dryRun: asked = [] } = receivedFrom(valueIn(request));
  const wrong = asked.find((value) => value !== "All");
  if (wrong !== undefined) throw unsupportedOption("dryRun", wrong, ["All"]);
  return asked.length > 0;
}

/** Checks what was received; refuses with 400 or 422. */
export function deleteOptionsOf(received: Received): DeleteOptions {
  const { gracePeriodSeconds: seconds, preconditions } = received;
  if (seconds !== undefined && seconds !== null && !Number.isSafeInteger(seconds))
    throw badRequest("gracePeriodSeconds must be a whole number of seconds");
  const policy = policyOf(received);
  return {
    ...(typeof seconds === "number" ? { gracePeriodSeconds: seconds } : {}),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(preconditions === undefined ? {} : { preconditions: textsOf(preconditions) }),
  };
}

function policyOf({ propagationPolicy, orphanDependents }: Received): DeleteOptions["propagationPolicy"] {
  if (propagationPolicy === undefined || propagationPolicy === null)
    return orphanDependents === true ? "Orphan" : undefined;
  const policy = policies.find((word) => word === propagationPolicy);
  if (policy === undefined) throw unsupportedOption("propagationPolicy", propagationPolicy, policies);
  return policy;
}

function textsOf(
  preconditions: NonNullable<Received["preconditions"]>,
): NonNullable<DeleteOptions["preconditions"]> {
  const { uid, resourceVersion } = preconditions;
  return {
    ...(typeof uid === "string" ? { uid } : {}),
    ...(typeof resourceVersion === "string" ? { resourceVersion } : {}),
  };
}

function receivedFrom(value: unknown): Received {
  if (typeof value !== "object" || value === null)
    throw badRequest("the body of a deletion must be DeleteOptions");
  const { kind } = value as Received;
  if (kind !== undefined && kind !== "DeleteOptions")
    throw badRequest(`a deletion takes DeleteOptions, not ${JSON.stringify(kind)}`);
  return value;
}

function numberOf(text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  if (!/^-?\d{1,12}$/.test(text)) throw badRequest("gracePeriodSeconds must be a whole number of seconds");
  return Number(text);
}
