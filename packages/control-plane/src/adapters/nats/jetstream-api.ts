/**
 * The few requests of JetStream's own API that the store needs, as they stand on the wire.
 *
 * Written out instead of through the client library: the same words work on every server from 2.9 on, and the
 * library's own retries and consumers are too slow when a cable is pulled.
 */
import { errors, type NatsConnection } from "@nats-io/transport-node";
import type { NatsLink } from "@kubus/shared/adapters/nats-link.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import { storeLimits } from "../../store/store.ts";

/** JetStream's own numbers for what went wrong. */
export const apiErrors = {
  noStream: 10_059,
  noMessage: 10_037,
  wrongLastSequence: 10_071,
  noConsumer: 10_014,
} as const;

/** JetStream understood the request and said no. */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
  /** As HTTP: 503 means that it may be tried again. */
  readonly status: number;
  readonly number: number;

  constructor({ code, err_code, description }: ApiError) {
    super(`JetStream: ${description ?? "no reason given"}`);
    this.status = code;
    this.number = err_code ?? 0;
  }
}

export interface ApiError {
  readonly code: number;
  readonly err_code?: number;
  readonly description?: string;
}

export interface StreamInfo {
  readonly created: string;
  readonly state: { readonly last_seq: number; readonly messages: number };
}

export interface StoredMessage {
  readonly subject: string;
  readonly seq: number;
  /** Base64. */
  readonly data?: string;
}

/**
 * Sends one request and gives JetStream's answer. Rejects with `ApiRefusal`, or with `Trouble`: disconnected,
 * noResponders (JetStream is not enabled, or has no leader), timeout.
 */
export async function callApi<Answer>(link: NatsLink, subject: string, body?: object): Promise<Answer> {
  const payload = body === undefined ? "" : JSON.stringify(body);
  const answer = await ask(link, `$JS.API.${subject}`, payload);
  const value = JSON.parse(answer) as Answer & { readonly error?: ApiError };
  if (value.error !== undefined) throw new ApiRefusal(value.error);
  return value;
}

/** One request and its answer as text. It ends as soon as the connection does. */
export async function ask(
  link: NatsLink,
  subject: string,
  payload: string | Uint8Array,
  headers?: NonNullable<Parameters<NatsConnection["request"]>[2]>["headers"],
): Promise<string> {
  const connection = link.current();
  if (connection === undefined) throw new Trouble("disconnected", "The bus is away.");
  const lost = Promise.withResolvers<never>();
  const watching = link.onState(() => {
    lost.reject(new Trouble("broken", "The connection broke before an answer came."));
  });
  try {
    const options = { timeout: storeLimits.ackMs, ...(headers === undefined ? {} : { headers }) };
    return (await Promise.race([connection.request(subject, payload, options), lost.promise])).string();
  } catch (error) {
    throw troubleOf(error);
  } finally {
    watching.unsubscribe();
  }
}

function troubleOf(error: unknown): Error {
  if (error instanceof Trouble) return error;
  const isUnheard =
    error instanceof errors.NoRespondersError ||
    (error instanceof errors.RequestError && error.isNoResponders());
  if (isUnheard) return new Trouble("noResponders", "JetStream is not enabled.", { cause: error });
  if (error instanceof errors.TimeoutError) {
    return new Trouble("timeout", `JetStream did not answer within ${storeLimits.ackMs} ms.`, {
      cause: error,
    });
  }
  return new Trouble("broken", "The request to JetStream failed.", { cause: error });
}

/** Resolves when the bus is connected. */
export function connected(link: NatsLink, signal?: AbortSignal): Promise<undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const look = () => {
    if (link.state() === "connected") resolve(undefined);
    if (link.state() === "closed") reject(new Trouble("closed", "The connection to the bus is closed."));
  };
  const giveUp = () => {
    reject(new Trouble("closed", "Waiting for the bus was given up."));
  };
  const watching = link.onState(look);
  signal?.addEventListener("abort", giveUp);
  look();
  if (signal?.aborted === true) giveUp();
  return promise.finally(() => {
    watching.unsubscribe();
    signal?.removeEventListener("abort", giveUp);
  });
}
