/**
 * The API over the bus: small requests as one message, watches and large answers through a channel.
 *
 * Answers of 400 and above become `Refusal`s, a bus that fails stays `Trouble`. Nothing is retried here:
 * whoever asks knows whether asking again is right.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import {
  answerTooLarge,
  apiCallLimits,
  decodeReply,
  encodeCall,
  type ApiCall,
  type ApiReply,
} from "@kubus/shared/bus/api-call.ts";
import type { Bus } from "@kubus/shared/bus/bus.ts";
import type { Channel, Channels } from "@kubus/shared/bus/channel.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { Refusal, refusals, type RefusalCode, type Status } from "@kubus/shared/errors/codes.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import type { Api, ObjectList, WatchEvent } from "../ports/api.ts";
import { linesOf } from "./lines.ts";

const json = "application/json";
const patchTypes = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
} as const;

interface Wire {
  readonly bus: Bus;
  readonly channels: Channels;
  readonly node: string;
}

/** The verbs in the name of `node`: its subjects are its identity. */
export function busApi(bus: Bus, channels: Channels, node: string): Api {
  const wire: Wire = { bus, channels, node };
  const get = async (path: string) => parse(await ask(wire, { method: "GET", path, accept: json }));
  return {
    get: async <T extends KubeObject>(path: string) => (await get(path)) as T,
    list: async <T extends KubeObject>(path: string) => (await get(path)) as ObjectList<T>,
    create: async <T extends KubeObject>(path: string, object: object) => {
      const reply = await ask(wire, { method: "POST", path, ...bodyOf(object) });
      return parse(reply) as T;
    },
    patch: async <T extends KubeObject>(path: string, patch: object, style: "merge" | "strategic") => {
      const reply = await ask(wire, { method: "PATCH", path, ...bodyOf(patch, patchTypes[style]) });
      return parse(reply) as T;
    },
    delete: async (path, options) => {
      await ask(wire, { method: "DELETE", path, ...bodyOf(options) });
    },
    watch: (path, resourceVersion, signal) => watch(wire, { path, resourceVersion, signal }),
  };
}

const bodyOf = (object: object, contentType: string = json) => ({
  accept: json,
  contentType,
  body: new TextEncoder().encode(JSON.stringify(object)),
});

const parse = ({ body }: ApiReply): unknown => JSON.parse(new TextDecoder().decode(body));

async function ask(wire: Wire, call: ApiCall): Promise<ApiReply> {
  const { bus, node } = wire;
  const message = encodeCall(call);
  const fits = message.length <= apiCallLimits.messageBytesMax;
  const reply = fits
    ? decodeReply(await bus.request(subjectOf("api", node), message, { timeoutMs: apiCallLimits.timeoutMs }))
    : undefined;
  const whole = reply === undefined || reply.status === answerTooLarge ? await askLong(wire, message) : reply;
  if (whole.status >= 400) throw refusalOf(whole);
  return whole;
}

const openChannel = ({ channels, node }: Wire, opening: Uint8Array, signal?: AbortSignal): Promise<Channel> =>
  channels.open({
    subject: subjectOf("apiChannel", node),
    prefix: subjectOf("channel", node),
    opening,
    timeoutMs: apiCallLimits.timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });

async function askLong(wire: Wire, message: Uint8Array): Promise<ApiReply> {
  const channel = await openChannel(wire, message);
  await channel.end();
  const chunks: Uint8Array[] = [];
  for await (const chunk of channel.incoming) chunks.push(chunk);
  return decodeReply(Buffer.concat(chunks));
}

async function* watch<T extends KubeObject>(
  wire: Wire,
  wanted: { readonly path: string; readonly resourceVersion: string; readonly signal: AbortSignal },
): AsyncGenerator<WatchEvent<T>> {
  const { path, resourceVersion, signal } = wanted;
  const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${encodeURIComponent(resourceVersion)}`;
  const whole = `${path}${path.includes("?") ? "&" : "?"}${query}`;
  const channel = await openChannel(wire, encodeCall({ method: "GET", path: whole, accept: json }), signal);
  const leave = () => channel.reset("The watch is no longer wanted.");
  signal.addEventListener("abort", leave, { once: true });
  try {
    const lines = linesOf(channel.incoming);
    const head = await lines.next();
    if (head.done === true) throw new Trouble("broken", "The watch ended before it began.");
    const { status } = JSON.parse(head.value) as Omit<ApiReply, "body">;
    if (status >= 400) throw refusalOf({ status, contentType: json, body: await restOf(lines) });
    for await (const line of lines) if (line !== "") yield JSON.parse(line) as WatchEvent<T>;
  } finally {
    signal.removeEventListener("abort", leave);
    // Also when the reader stops early: the server must not keep a watch that nobody reads.
    leave();
  }
}

async function restOf(lines: AsyncIterable<string>): Promise<Uint8Array> {
  const rest: string[] = [];
  for await (const line of lines) rest.push(line);
  return new TextEncoder().encode(rest.join("\n"));
}

/** A refusal out of the answer's metav1.Status, or out of its bare status where a body says nothing. */
function refusalOf({ status, body }: ApiReply): Refusal {
  const told = statusIn(body);
  const named = codes.find(([, row]) => row.reason === told.reason && row.status === status);
  const [code] = named ?? codes.find(([, row]) => row.status === status) ?? (["internal"] as const);
  return new Refusal(code, told.message ?? `The API answered ${status}.`, told.details);
}

const codes = Object.entries(refusals) as [RefusalCode, { status: number; reason: string }][];

function statusIn(body: Uint8Array): Partial<Status> {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as Partial<Status>;
  } catch {
    // Whatever it is, it is no metav1.Status: the number alone has to do.
    return {};
  }
}
