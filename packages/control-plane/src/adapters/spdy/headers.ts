/**
 * Header blocks of SPDY/3.1 and their compression: one zlib stream for each direction of a session.
 *
 * Each block ends with a sync flush, as the protocol demands, so it can be packed and unpacked by itself when the text
 * before it is given as its dictionary. So nothing here waits, and nothing is held but the last 32 kB of text.
 */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { spdyDictionary } from "./dictionary.ts";
import { spdyLimits } from "./limits.ts";
import { SpdyViolation } from "./spdy-error.ts";

/** Names are in lower case. */
export type SpdyHeaders = ReadonlyMap<string, string>;

/** As far as deflate looks back. */
const historyBytesMax = 32 * 1024;
const finishFlush = constants.Z_SYNC_FLUSH;

/** What a zlib stream with a dictionary begins with: method and window, the dictionary's mark, its checksum. */
const zlibHead = Buffer.from([0x78, 0x20, 0xe3, 0xc6, 0xa7, 0xc2]);

export const headerPacker = (): ((headers: SpdyHeaders) => Buffer) => {
  let history = spdyDictionary;
  let head = zlibHead;
  return (headers) => {
    const text = encodeHeaders(headers);
    const packed = Buffer.concat([head, deflateRawSync(text, { dictionary: history, finishFlush })]);
    head = Buffer.alloc(0);
    history = remembered(history, text);
    return packed;
  };
};

/** The unpacker throws a SpdyViolation for whatever is no header block, or unpacks to too much. */
export const headerUnpacker = (): ((packed: Uint8Array) => SpdyHeaders) => {
  let history = spdyDictionary;
  let isFirst = true;
  return (packed) => {
    const text = unpack(isFirst ? withoutHead(packed) : packed, history);
    isFirst = false;
    history = remembered(history, text);
    return decodeHeaders(text);
  };
};

function unpack(packed: Uint8Array, dictionary: Buffer): Buffer {
  try {
    return inflateRawSync(packed, { dictionary, finishFlush, maxOutputLength: spdyLimits.headerBytesMax });
  } catch (error) {
    throw new SpdyViolation("a header block cannot be unpacked", { cause: error });
  }
}

function withoutHead(packed: Uint8Array): Uint8Array {
  const [method = 0, flags = 0] = packed;
  const isZlib = (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
  if (packed.length < 2 || !isZlib) throw new SpdyViolation("header blocks are not in zlib's format");
  if ((flags & 0x20) === 0) return packed.subarray(2);
  const isKnown = zlibHead.subarray(2).equals(packed.subarray(2, zlibHead.length));
  if (!isKnown) throw new SpdyViolation("header blocks are packed with an unknown dictionary");
  return packed.subarray(zlibHead.length);
}

const remembered = (history: Buffer, text: Buffer): Buffer =>
  Buffer.concat([history, text]).subarray(-historyBytesMax);

function encodeHeaders(headers: SpdyHeaders): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(headers.size);
  const words = [...headers].flat().map((word) => {
    const bytes = Buffer.from(word, "latin1");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([count, ...words.flat()]);
}

function decodeHeaders(text: Buffer): SpdyHeaders {
  const words = wordsOf(text);
  const headers = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) {
    const name = (words[i] ?? "").toLowerCase();
    if (name === "" || headers.has(name)) throw new SpdyViolation("a header is empty or given twice");
    headers.set(name, words[i + 1] ?? "");
  }
  return headers;
}

/** Names and values by turns. */
function wordsOf(text: Buffer): readonly string[] {
  const count = text.length < 4 ? -1 : text.readUInt32BE(0);
  if (count < 0 || count > spdyLimits.headersMax) throw new SpdyViolation("a header block with too much");
  const words: string[] = [];
  let at = 4;
  while (words.length < count * 2) {
    const length = at + 4 > text.length ? Infinity : text.readUInt32BE(at);
    if (at + 4 + length > text.length) throw new SpdyViolation("a header block that ends too early");
    words.push(text.toString("latin1", at + 4, at + 4 + length));
    at += 4 + length;
  }
  if (at !== text.length) throw new SpdyViolation("a header block that does not end where it should");
  return words;
}
