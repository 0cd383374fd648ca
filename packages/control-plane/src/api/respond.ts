/** Answers made of values: JSON, metav1.Status, and what an error means to whoever asked. */
import { Refusal, refusals, statusOf, type Status } from "@kubus/shared/errors/codes.ts";
import { isTrouble, type Trouble } from "@kubus/shared/errors/trouble.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Headers, WholeResponse } from "./request.ts";

const encoder = new TextEncoder();

export const json = (status: number, value: unknown, headers: Headers = {}): WholeResponse => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: encoder.encode(`${JSON.stringify(value)}\n`),
});

export const text = (status: number, value: string, headers: Headers = {}): WholeResponse => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  body: encoder.encode(value),
});

/** metav1.Status for something that was done and leaves nothing to show. */
export const success = (
  { group, plural }: Pick<Kind, "group" | "plural">,
  { name, uid }: { readonly name: string; readonly uid: string },
): Status => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  details: { name, ...(group === "" ? {} : { group }), kind: plural, uid },
});

export function refused(refusal: Refusal): WholeResponse {
  const seconds = refusal.details?.retryAfterSeconds;
  return json(
    refusals[refusal.code].status,
    statusOf(refusal),
    seconds === undefined ? {} : { "retry-after": String(seconds) },
  );
}

/** What any error means to a client. What nobody foresaw is logged and answered with 500. */
export function refusalOf(error: unknown, log: Log): Refusal {
  if (error instanceof Refusal) return error;
  if (isTrouble(error)) return refusalOfTrouble(error);
  const message = error instanceof Error ? error.message : String(error);
  log.error("api.failed", { error: message, stack: error instanceof Error ? error.stack : undefined });
  return new Refusal("internal", `Internal error occurred: ${message}`);
}

function refusalOfTrouble({ code, message }: Trouble): Refusal {
  if (code === "tooLarge") return new Refusal("tooLarge", message);
  if (code === "full") return new Refusal("internal", message);
  if (code === "timeout" || code === "unknownOutcome") return new Refusal("timeout", message, retry);
  return new Refusal("unavailable", `The cluster's store cannot be reached: ${message}`, retry);
}

const retry = { retryAfterSeconds: 1 } as const;

/** `Warning: 299 - "text"`, one header for each. */
export const warningHeaders = (warnings: readonly string[]): Headers =>
  warnings.length === 0 ? {} : { warning: warnings.map((warning) => `299 - ${headerText(warning)}`) };

/** Quoted, in plain ASCII: headers can hold nothing else, and a field's name may be anything. */
const headerText = (text: string): string =>
  JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
