/**
 * One end of a SPDY/3.1 session on any transport, as a server or as a client.
 *
 * Guarantee: what waits here for a slow reader never exceeds the session's window by more than one chunk of the
 * transport, also with peers that know no flow control (Go's spdystream, thus kubectl, grants nothing and heeds no
 * window): then the transport is not read. A peer that breaks the rules gets GOAWAY and is cut off.
 */
import type { Duplex } from "node:stream";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { encodeControl, encodeDataHead, settingInitialWindow, type ControlFrame } from "./frame.ts";
import { frameReader } from "./frame-reader.ts";
import { headerPacker, headerUnpacker, type SpdyHeaders } from "./headers.ts";
import { spdyLimits } from "./limits.ts";
import { creditMax, makeOutflow, type Outflow } from "./outflow.ts";
import { goAwayStatus, resetStatus, SpdyViolation, StreamReset } from "./spdy-error.ts";
import { SpdyStream, type StreamSession } from "./stream.ts";

const { windowBytes, streamsMax, unsentBytesMax, goodbyeMs, pingPauseMs } = spdyLimits;

export interface SpdyOptions {
  readonly role: "server" | "client";
  readonly transport: Duplex;
  readonly clock: Clock;
  /** Decides about a stream that the peer opens: who takes it, or undefined when nobody does. */
  readonly accept?: (headers: SpdyHeaders) => ((stream: SpdyStream) => void) | undefined;
}

type Known = Exclude<ControlFrame, { type: "unknown" }>;

export class SpdySession {
  /** Resolves when the session is over; never rejects. */
  readonly closed: Promise<void>;
  readonly #options: SpdyOptions;
  readonly #transport: Duplex;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #pack = headerPacker();
  readonly #unpack = headerUnpacker();
  readonly #closing = Promise.withResolvers<undefined>();
  readonly #outflow: Outflow;
  readonly #pings = new Map<number, () => void>();
  readonly #link: StreamSession;
  #nextId: number;
  #nextPing: number;
  #lastTheirs = 0;
  #initialCredit: number = windowBytes;
  /** Bytes that were read and not yet granted again, by stream; 0: the session. */
  readonly #ungranted = new Map<number, number>();
  #held = 0;
  #isGoing = false;
  #isOver = false;
  #timer: unknown;

  constructor(options: SpdyOptions) {
    const { role, transport } = options;
    this.#options = options;
    this.#transport = transport;
    this.#outflow = makeOutflow(transport, () => this.#isOver);
    this.#nextId = role === "client" ? 1 : 2;
    this.#nextPing = this.#nextId;
    this.closed = this.#closing.promise.then(() => undefined);
    this.#link = {
      send: (stream, bytes) => this.#outflow.send(stream, bytes),
      sendLast: ({ id }) => this.#write(encodeDataHead(id, 0, true)),
      sendReset: ({ id }, status) => this.#sendControl({ type: "reset", id, status }),
      consumed: (stream, bytes) => this.#consumed(stream, bytes),
      forget: ({ id }) => this.#forget(id),
    };
    const read = frameReader({
      control: (frame) => this.#control(frame),
      data: (id, piece, isLast) => this.#data(id, piece, isLast),
    });
    transport.on("data", (chunk: Buffer) => this.#hear(() => read(chunk)));
    transport.on("drain", () => this.#outflow.wake());
    transport.on("error", () => this.#end());
    transport.on("end", () => this.destroy());
    transport.on("close", () => this.#end());
    if (transport.destroyed) this.#end();
    else this.#askLater();
  }

  /** Opens a stream. Rejections and resets are told by the stream. */
  open(headers: SpdyHeaders): SpdyStream {
    if (this.#isGoing || this.#isOver) throw new StreamReset(resetStatus.refusedStream);
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = this.#makeStream({ id, headers, canWrite: true });
    this.#sendControl({ type: "synStream", id, isLast: false, isOneWay: false, block: this.#pack(headers) });
    return stream;
  }

  /** Resolves when the peer answered; rejects never: the end of the session resolves it too. */
  ping(): Promise<void> {
    const id = this.#nextPing;
    this.#nextPing = (this.#nextPing + 2) >>> 0;
    const answered = new Promise<void>((resolve) => this.#pings.set(id, resolve));
    this.#sendControl({ type: "ping", id });
    return Promise.race([answered, this.closed]).finally(() => this.#pings.delete(id));
  }

  /**
   * Says goodbye and lets the peer hang up: it may not have read all that was sent, and whoever hangs up first takes
   * that from it. A peer that does not is cut off after a while. Streams that are open stay so until then.
   */
  async goodbye(): Promise<void> {
    this.#sendGoAway(goAwayStatus.ok);
    this.#transport.resume();
    const { clock } = this.#options;
    const timer = clock.setTimeout(() => this.destroy(), goodbyeMs);
    await this.closed;
    clock.clearTimeout(timer);
  }

  destroy(): void {
    this.#end();
    this.#transport.destroy();
  }

  #makeStream(how: Pick<SpdyStream, "id" | "headers"> & { canWrite: boolean }): SpdyStream {
    const stream = new SpdyStream({ ...how, session: this.#link, credit: this.#initialCredit });
    this.#streams.set(how.id, stream);
    return stream;
  }

  #forget(id: number): void {
    this.#streams.delete(id);
    this.#ungranted.delete(id);
    this.#outflow.wake();
  }

  /** Whatever the peer does wrong ends the session, and nothing else. */
  #hear(read: () => void): void {
    if (this.#isOver) return;
    try {
      read();
    } catch (error) {
      if (!(error instanceof SpdyViolation)) throw error;
      this.#sendGoAway(goAwayStatus.protocolError);
      this.#end();
      this.#transport.end(() => this.#transport.destroy());
    }
  }

  #data(id: number, piece: Buffer, isLast: boolean): void {
    if (this.#isOver) return;
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.hasEnded() || stream.destroyed) {
      // It went while this was under way; only streams that never were are an offence.
      if (id === 0 || (this.#isTheirs(id) ? id > this.#lastTheirs : id >= this.#nextId))
        throw new SpdyViolation(`data for stream ${id}, which never was`);
      if (stream?.hasEnded() === true) stream.reset(resetStatus.streamAlreadyClosed);
      this.#grant(0, piece.length);
      return;
    }
    this.#held += piece.length;
    if (this.#held > windowBytes) this.#transport.pause();
    stream.takePiece(piece, isLast);
  }

  #consumed(stream: SpdyStream, bytes: number): void {
    const wasFull = this.#held > windowBytes;
    this.#held -= bytes;
    if (wasFull && this.#held <= windowBytes) this.#transport.resume();
    this.#grant(0, bytes);
    if (!stream.destroyed && !stream.hasEnded()) this.#grant(stream.id, bytes);
  }

  /** In portions that are worth a frame. */
  #grant(id: number, more: number): void {
    const bytes = (this.#ungranted.get(id) ?? 0) + more;
    const isDue = bytes >= windowBytes / 2;
    this.#ungranted.set(id, isDue ? 0 : bytes);
    if (isDue) this.#sendControl({ type: "windowUpdate", id, bytes });
  }

  readonly #isTheirs = (id: number): boolean => (id % 2 === 1) === (this.#options.role === "server");

  #control(frame: ControlFrame): void {
    if (this.#isOver) return;
    switch (frame.type) {
      case "synStream": {
        this.#opened(frame);
        return;
      }
      case "synReply":
      case "headers": {
        this.#heard(frame);
        return;
      }
      case "reset": {
        this.#streams.get(frame.id)?.takeReset(new StreamReset(frame.status));
        return;
      }
      case "settings": {
        this.#set(frame.values.get(settingInitialWindow));
        return;
      }
      case "ping": {
        this.#pinged(frame.id);
        return;
      }
      case "goAway":
        this.#isGoing = true;
        return;
      case "windowUpdate": {
        this.#granted(frame);
        return;
      }
      case "unknown":
        return; // As the protocol demands.
    }
  }

  #opened({ id, isLast, isOneWay, block }: Extract<ControlFrame, { type: "synStream" }>): void {
    // Unpacked in any case: the blocks that follow lean on it.
    const headers = this.#unpack(block);
    if (!this.#isTheirs(id) || id <= this.#lastTheirs)
      throw new SpdyViolation(`stream ${id} after ${this.#lastTheirs}`);
    this.#lastTheirs = id;
    const isFull = this.#streams.size >= streamsMax || this.#isGoing;
    const take = isFull ? undefined : this.#options.accept?.(headers);
    if (take === undefined) {
      this.#sendControl({ type: "reset", id, status: resetStatus.refusedStream });
      return;
    }
    const stream = this.#makeStream({ id, headers, canWrite: !isOneWay });
    if (!isOneWay) this.#sendControl({ type: "synReply", id, isLast: false, block: this.#pack(new Map()) });
    if (isLast) stream.takePiece(Buffer.alloc(0), true);
    take(stream);
  }

  #heard({ type, id, isLast, block }: Extract<ControlFrame, { type: "synReply" | "headers" }>): void {
    this.#unpack(block);
    const stream = this.#streams.get(id);
    if (stream === undefined) return; // It went while this was under way.
    if (type === "synReply") stream.takeAnswer();
    if (isLast) stream.takePiece(Buffer.alloc(0), true);
  }

  #set(initialCredit: number | undefined): void {
    this.#outflow.heed();
    if (initialCredit === undefined) return;
    if (initialCredit > creditMax) throw new SpdyViolation("a window that is too large");
    for (const stream of this.#streams.values()) stream.credit += initialCredit - this.#initialCredit;
    this.#initialCredit = initialCredit;
    this.#outflow.wake();
  }

  #pinged(id: number): void {
    if (this.#isTheirs(id)) this.#sendControl({ type: "ping", id });
    else this.#pings.get(id)?.();
  }

  #granted({ id, bytes }: Extract<ControlFrame, { type: "windowUpdate" }>): void {
    this.#outflow.heed();
    if (bytes === 0) throw new SpdyViolation("a grant of nothing");
    const stream = this.#streams.get(id);
    if (id === 0) {
      this.#outflow.grant(bytes);
    } else if (stream !== undefined) {
      stream.credit += bytes;
      if (stream.credit > creditMax) stream.reset(resetStatus.flowControlError);
    }
    this.#outflow.wake();
  }

  #sendControl(frame: Known): void {
    this.#write(encodeControl(frame));
    // Whoever asks and does not read the answers would have us keep them all.
    if (this.#transport.writableLength > unsentBytesMax + windowBytes) this.destroy();
  }

  #sendGoAway(status: number): void {
    if (this.#isGoing && status === goAwayStatus.ok) return;
    this.#isGoing = true;
    this.#sendControl({ type: "goAway", lastId: this.#lastTheirs, status });
  }

  #write(bytes: Uint8Array): void {
    if (!this.#isOver && this.#transport.writable) this.#transport.write(bytes);
  }

  #askLater(): void {
    const { clock } = this.#options;
    this.#timer = clock.setTimeout(() => {
      void this.ping();
      this.#askLater();
    }, pingPauseMs);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.clock.clearTimeout(this.#timer);
    // What a stream got whole may still be read.
    for (const stream of [...this.#streams.values()])
      if (!stream.hasEnded()) stream.takeReset(new Error("the connection was closed"));
    this.#outflow.wake();
    this.#closing.resolve(undefined);
  }
}
