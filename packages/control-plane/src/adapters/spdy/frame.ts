/** Frames of SPDY/3.1 as bytes. Pure. Header blocks stay packed here: headers.ts packs and unpacks them in order. */
import { SpdyViolation } from "./spdy-error.ts";

export type ControlFrame =
  | {
      readonly type: "synStream";
      readonly id: number;
      readonly isLast: boolean;
      /** The receiver may not send on it. */
      readonly isOneWay: boolean;
      readonly block: Uint8Array;
    }
  | {
      readonly type: "synReply" | "headers";
      readonly id: number;
      readonly isLast: boolean;
      readonly block: Uint8Array;
    }
  | { readonly type: "reset"; readonly id: number; readonly status: number }
  | { readonly type: "settings"; readonly values: ReadonlyMap<number, number> }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "goAway"; readonly lastId: number; readonly status: number }
  | { readonly type: "windowUpdate"; readonly id: number; readonly bytes: number }
  | { readonly type: "unknown" };

export const frameHeadBytes = 8;
export const flagLast = 1;
const flagOneWay = 2;
const version = 3;
const types = {
  synStream: 1,
  synReply: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
};

/** The one setting that matters here: what a new stream may have under way. */
export const settingInitialWindow = 7;

export interface FrameHead {
  readonly isControl: boolean;
  /** Of a data frame. */
  readonly id: number;
  /** Of a control frame. */
  readonly kind: number;
  readonly flags: number;
  readonly length: number;
}

export function decodeHead(bytes: Buffer): FrameHead {
  const first = bytes.readUInt32BE(0);
  const second = bytes.readUInt32BE(4);
  const isControl = first >= 0x8000_0000;
  if (isControl && ((first >>> 16) & 0x7fff) !== version)
    throw new SpdyViolation(`a frame of another version (${(first >>> 16) & 0x7fff})`);
  return {
    isControl,
    id: isControl ? 0 : first,
    kind: isControl ? first & 0xffff : 0,
    flags: second >>> 24,
    length: second & 0xff_ffff,
  };
}

export const encodeDataHead = (id: number, length: number, isLast: boolean): Buffer => {
  const head = Buffer.alloc(frameHeadBytes);
  head.writeUInt32BE(id, 0);
  head.writeUInt32BE(length, 4);
  head[4] = isLast ? flagLast : 0;
  return head;
};

export function encodeControl(frame: Exclude<ControlFrame, { type: "unknown" }>): Buffer {
  const body = bodyOf(frame);
  const head = Buffer.alloc(frameHeadBytes);
  head.writeUInt16BE(0x8000 | version, 0);
  head.writeUInt16BE(types[frame.type], 2);
  head.writeUInt32BE(body.length, 4);
  head[4] = flagsOf(frame);
  return Buffer.concat([head, body]);
}

function flagsOf(frame: ControlFrame): number {
  const last = "isLast" in frame && frame.isLast ? flagLast : 0;
  return last | ("isOneWay" in frame && frame.isOneWay ? flagOneWay : 0);
}

function bodyOf(frame: Exclude<ControlFrame, { type: "unknown" }>): Buffer {
  switch (frame.type) {
    case "synStream":
      return Buffer.concat([words(frame.id, 0), Buffer.alloc(2), frame.block]);
    case "synReply":
    case "headers":
      return Buffer.concat([words(frame.id), frame.block]);
    case "reset":
      return words(frame.id, frame.status);
    case "settings":
      return words(frame.values.size, ...[...frame.values].flat());
    case "ping":
      return words(frame.id);
    case "goAway":
      return words(frame.lastId, frame.status);
    case "windowUpdate":
      return words(frame.id, frame.bytes);
  }
}

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32BE(value >>> 0, i * 4));
  return bytes;
};

const kinds = new Map(Object.entries(types).map(([name, kind]) => [kind, name as keyof typeof types]));

/** Of a whole control frame. Throws a SpdyViolation when the body is not what the head promised. */
export function decodeControl({ kind, flags }: FrameHead, body: Buffer): ControlFrame {
  const type = kinds.get(kind);
  const isLast = (flags & flagLast) !== 0;
  switch (type) {
    case undefined:
      return { type: "unknown" };
    case "synStream":
      atLeast(body, 10);
      return { type, id: idIn(body), isLast, isOneWay: (flags & flagOneWay) !== 0, block: body.subarray(10) };
    case "synReply":
    case "headers":
      atLeast(body, 4);
      return { type, id: idIn(body), isLast, block: body.subarray(4) };
    case "reset":
      atLeast(body, 8);
      return { type, id: idIn(body), status: body.readUInt32BE(4) };
    case "settings":
      return { type, values: settingsIn(body) };
    case "ping":
      atLeast(body, 4);
      return { type, id: body.readUInt32BE(0) };
    case "goAway":
      atLeast(body, 8);
      return { type, lastId: idIn(body), status: body.readUInt32BE(4) };
    case "windowUpdate":
      atLeast(body, 8);
      return { type, id: idIn(body), bytes: body.readUInt32BE(4) & 0x7fff_ffff };
  }
}

const idIn = (body: Buffer): number => body.readUInt32BE(0) & 0x7fff_ffff;

function atLeast(body: Buffer, bytes: number): void {
  if (body.length < bytes) throw new SpdyViolation("a control frame that is too short");
}

function settingsIn(body: Buffer): ReadonlyMap<number, number> {
  atLeast(body, 4);
  const count = body.readUInt32BE(0);
  if (body.length !== 4 + count * 8) throw new SpdyViolation("settings of another length than they say");
  const entry = (i: number) =>
    [body.readUInt32BE(4 + i * 8) & 0xff_ffff, body.readUInt32BE(8 + i * 8)] as const;
  return new Map(Array.from({ length: count }, (_, i) => entry(i)));
}
