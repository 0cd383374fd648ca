/**
 * The stream that a store lives in: made once, known ever after.
 *
 * A durable stream that was there before and is gone, or is another one, is refused: making a new one would look like
 * a cluster whose objects were all deleted. A transient one is made anew, and its life begins again.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { NatsLink } from "@kubus/shared/adapters/nats-link.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { storeLimits, type Revision } from "../../store/store.ts";
import { ApiRefusal, apiErrors, callApi, type StreamInfo } from "./jetstream-api.ts";
import { subjectPrefix } from "./object-message.ts";

export interface StreamOptions {
  readonly link: NatsLink;
  /** Its name: letters only. */
  readonly stream: string;
  readonly kind: "durable" | "transient";
  /** Remembers which stream is ours. Only for durable ones. */
  readonly knownStreamFile?: string | undefined;
  readonly replicas?: number | undefined;
  readonly log: Log;
}

export interface StreamLife {
  /** Wall-clock milliseconds: tells one life of a stream from the next. */
  readonly createdAt: number;
  readonly last: Revision;
}

/** Tombstones of a transient store live so much longer than objects. */
const tombstoneMs = 600_000;
const nanosPerMs = 1_000_000;

/** Finds the stream or makes it. Rejects with `Trouble`, or with an `Error` that says why it is refused. */
export async function ensureStream(options: StreamOptions): Promise<StreamLife> {
  const { link, stream, kind, knownStreamFile } = options;
  const known = kind === "durable" && knownStreamFile !== undefined ? readKnown(knownStreamFile) : undefined;
  const info = (await find(link, stream)) ?? (await make(options, known));
  if (known !== undefined && known !== info.created) {
    throw refusal(options, `was made at ${info.created}, but ours at ${known}`);
  }
  if (kind === "durable" && knownStreamFile !== undefined && known === undefined) {
    writeKnown(knownStreamFile, info.created);
  }
  return { createdAt: Date.parse(info.created), last: info.state.last_seq };
}

async function find(link: NatsLink, stream: string): Promise<StreamInfo | undefined> {
  try {
    return await callApi<StreamInfo>(link, `STREAM.INFO.${stream}`);
  } catch (error) {
    if (error instanceof ApiRefusal && error.number === apiErrors.noStream) return undefined;
    throw error;
  }
}

async function make(options: StreamOptions, known: string | undefined): Promise<StreamInfo> {
  const { link, stream, kind, replicas = 1, log } = options;
  if (known !== undefined) throw refusal(options, "has vanished");
  const age = kind === "durable" ? 0 : (storeLimits.transientAgeMaxMs + tombstoneMs) * nanosPerMs;
  const info = await callApi<StreamInfo>(link, `STREAM.CREATE.${stream}`, {
    name: stream,
    subjects: [`${subjectPrefix(stream)}.>`],
    storage: kind === "durable" ? "file" : "memory",
    retention: "limits",
    discard: "old",
    max_msgs_per_subject: 1,
    max_age: age,
    num_replicas: replicas,
    max_msgs: -1,
    max_bytes: -1,
    max_msg_size: -1,
    max_consumers: -1,
  });
  log.info("store.stream-made", { stream, kind, created: info.created });
  return info;
}

function refusal({ stream, knownStreamFile }: StreamOptions, what: string): Error {
  return new Trouble(
    "broken",
    `The stream ${stream} ${what}. It will not be replaced: restore it from a backup, ` +
      `or remove ${knownStreamFile ?? ""} to begin with what there is.`,
  );
}

function readKnown(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { readonly created: string }).created;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function writeKnown(file: string, created: string): void {
  writeFileSync(`${file}.new`, `${JSON.stringify({ created })}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}
