/**
 * What travels on a channel, as bytes. Pure.
 *
 * A frame: one byte of type, four of number (big endian, from 1, every frame of a direction has one), then its body.
 * An opening: a line of JSON, a newline, the opener's bytes. Its answer: JSON.
 */
export type Frame =
  | { readonly type: "data"; readonly number: number; readonly body: Uint8Array }
  /** So many more bytes may be sent. */
  | { readonly type: "credit"; readonly number: number; readonly bytes: number }
  | { readonly type: "end" | "ping" | "pong"; readonly number: number }
  | { readonly type: "reset"; readonly number: number; readonly reason: string };

/** A frame that has no number yet. */
export type Content = Frame extends infer F ? (F extends Frame ? Omit<F, "number"> : never) : never;

const types = ["data", "credit", "end", "reset", "ping", "pong"] as const;
const headBytes = 5;
const nothing = new Uint8Array();
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeFrame(content: Content, number: number): Uint8Array {
  const body = bodyOf(content);
  const frame = new Uint8Array(headBytes + body.length);
  const view = new DataView(frame.buffer);
  view.setUint8(0, types.indexOf(content.type));
  view.setUint32(1, number);
  frame.set(body, headBytes);
  return frame;
}

function bodyOf(content: Content): Uint8Array {
  if (content.type === "data") return content.body;
  if (content.type === "reset") return encoder.encode(content.reason);
  if (content.type !== "credit") return nothing;
  const body = new Uint8Array(4);
  new DataView(body.buffer).setUint32(0, content.bytes);
  return body;
}

/** Undefined when the bytes are no frame. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < headBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = types[view.getUint8(0)];
  const number = view.getUint32(1);
  const body = bytes.subarray(headBytes);
  if (type === undefined) return undefined;
  if (type === "data") return { type, number, body };
  if (type === "reset") return { type, number, reason: decoder.decode(body) };
  if (type !== "credit") return { type, number };
  return body.length === 4 ? { type, number, bytes: view.getUint32(headBytes) } : undefined;
}

export interface Opening {
  /** The subject prefix of this channel's frames. */
  readonly channel: string;
  readonly payload: Uint8Array;
}

export function encodeOpening({ channel, payload }: Opening): Uint8Array {
  const head = encoder.encode(`${JSON.stringify({ channel })}\n`);
  const message = new Uint8Array(head.length + payload.length);
  message.set(head);
  message.set(payload, head.length);
  return message;
}

/**
 * Undefined when it is no opening, or when its channel does not lie beside the subject that it came on: that subject
 * proves who sent it, so nobody gets hold of a channel in somebody else's branch.
 */
export function decodeOpening(message: Uint8Array, subject: string): Opening | undefined {
  const end = message.indexOf(0x0a);
  const head = parse(message.subarray(0, Math.max(0, end)));
  const branch = subject.slice(0, subject.lastIndexOf(".") + 1);
  const isOwn = head?.channel.startsWith(branch) === true && /^[\w-]+(\.[\w-]+)+$/.test(head.channel);
  return isOwn ? { channel: head.channel, payload: message.subarray(end + 1) } : undefined;
}

export type Answer = { readonly accepted: true } | { readonly accepted: false; readonly reason: string };

export const encodeAnswer = (answer: Answer): Uint8Array => encoder.encode(JSON.stringify(answer));

export const decodeAnswer = (bytes: Uint8Array): Answer => JSON.parse(decoder.decode(bytes)) as Answer;

function parse(head: Uint8Array): { readonly channel: string } | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(head));
    const isHead =
      typeof value === "object" && value !== null && "channel" in value && typeof value.channel === "string";
    return isHead ? (value as { readonly channel: string }) : undefined;
  } catch {
    return undefined; // Not an opening: whoever sent it is told so.
  }
}
