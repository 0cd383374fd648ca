/**
 * API requests carried on the bus: HTTP's words without HTTP.
 *
 * A message is one line of JSON (the head), a newline, and the body's bytes. On `api` a request gets one reply
 * message. On `api-channel` the opening is the request; the answer's first line is the head, then come the
 * body's bytes; a watch's body is a line of JSON per event, until either side ends.
 */
export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query as in an HTTP request line. */
  readonly path: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly body?: Uint8Array;
}

export interface ApiReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Limits of one message on `api`; what is larger goes through `api-channel`. */
export const apiCallLimits = { messageBytesMax: 1024 * 1024, timeoutMs: 10_000 } as const;

/** The head of a reply that did not fit: ask again through `api-channel`. */
export const answerTooLarge = 413_001;

const newline = 0x0a;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeCall = ({ body, ...head }: ApiCall): Uint8Array => join(head, body);

export function decodeCall(message: Uint8Array): ApiCall {
  const { head, body } = split(message);
  return { ...(head as Omit<ApiCall, "body">), ...(body.length > 0 ? { body } : {}) };
}

export const encodeReply = ({ body, ...head }: ApiReply): Uint8Array => join(head, body);

export function decodeReply(message: Uint8Array): ApiReply {
  const { head, body } = split(message);
  return { ...(head as Omit<ApiReply, "body">), body };
}

function join(head: object, body: Uint8Array = new Uint8Array()): Uint8Array {
  const line = encoder.encode(`${JSON.stringify(head)}\n`);
  const message = new Uint8Array(line.length + body.length);
  message.set(line);
  message.set(body, line.length);
  return message;
}

function split(message: Uint8Array): { readonly head: unknown; readonly body: Uint8Array } {
  const end = message.indexOf(newline);
  if (end < 0) throw new Error("A message without a head line.");
  return { head: JSON.parse(decoder.decode(message.subarray(0, end))), body: message.subarray(end + 1) };
}
