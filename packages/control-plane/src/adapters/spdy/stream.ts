/**
 * One stream of a SPDY session as a Duplex whose two halves end apart.
 *
 * What arrived waits in a queue until it is read; only then the sender gets credit again. Destroying it before both
 * halves have ended resets it.
 */
import { Duplex } from "node:stream";
import type { SpdyHeaders } from "./headers.ts";
import { resetStatus, StreamReset } from "./spdy-error.ts";

/** What a stream needs of its session. */
export interface StreamSession {
  /** Resolves when it is with the transport. */
  send(stream: SpdyStream, bytes: Uint8Array): Promise<void>;
  sendLast(stream: SpdyStream): void;
  sendReset(stream: SpdyStream, status: number): void;
  /** Bytes were read, or will never be. */
  consumed(stream: SpdyStream, bytes: number): void;
  forget(stream: SpdyStream): void;
}

export interface StreamOptions {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly session: StreamSession;
  readonly canWrite: boolean;
  /** Bytes that may be sent before the peer grants more. */
  readonly credit: number;
}

export class SpdyStream extends Duplex {
  readonly id: number;
  /** As the opener gave them. */
  readonly headers: SpdyHeaders;
  /** Resolves when the peer has taken the stream that we opened; rejects when it did not. */
  readonly answered: Promise<void>;
  credit: number;
  readonly #session: StreamSession;
  readonly #canWrite: boolean;
  readonly #answer = Promise.withResolvers<undefined>();
  readonly #waiting: Buffer[] = [];
  #isWanted = false;
  #isLastHere = false;
  #isOverThere = false;

  constructor({ id, headers, session, canWrite, credit }: StreamOptions) {
    super({ allowHalfOpen: true, readableHighWaterMark: 1 });
    this.id = id;
    this.headers = headers;
    this.credit = credit;
    this.#session = session;
    this.#canWrite = canWrite;
    this.answered = this.#answer.promise.then(() => undefined);
    // Who does not ask need not handle it; whoever reads or writes is told by the stream itself.
    this.answered.catch(() => undefined);
    this.on("error", () => undefined);
    if (!canWrite) this.end();
  }

  /** Breaks it off with a reason of the protocol. */
  reset(status: number): void {
    if (this.destroyed) return;
    this.destroy(new StreamReset(status));
  }

  /** For the session: the peer answered. */
  takeAnswer(): void {
    this.#answer.resolve(undefined);
  }

  /** For the session: a piece arrived. */
  takePiece(piece: Buffer, isLast: boolean): void {
    if (piece.length > 0) this.#waiting.push(piece);
    this.#isLastHere ||= isLast;
    if (this.#isWanted) this.#deliver();
  }

  /** For the session: nobody there listens any more. */
  takeReset(error: Error): void {
    this.#isOverThere = true;
    this.destroy(error);
  }

  /** Whether the peer has said its last word on it. */
  hasEnded(): boolean {
    return this.#isLastHere;
  }

  override _read(): void {
    this.#isWanted = true;
    this.#deliver();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#session.send(this, chunk).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#canWrite) this.#session.sendLast(this);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const unread = this.#waiting.reduce((sum, { length }) => sum + length, 0);
    this.#waiting.length = 0;
    if (unread > 0) this.#session.consumed(this, unread);
    const isComplete = this.#isLastHere && this.writableFinished;
    if (!isComplete && !this.#isOverThere) this.#session.sendReset(this, statusOf(error));
    this.#answer.reject(error ?? new StreamReset(resetStatus.cancel));
    this.#session.forget(this);
    done(error);
  }

  #deliver(): void {
    const piece = this.#waiting.shift();
    if (piece !== undefined) {
      this.#isWanted = false;
      this.push(piece);
      this.#session.consumed(this, piece.length);
    } else if (this.#isLastHere) {
      this.#isWanted = false;
      this.push(null);
    }
  }
}

const statusOf = (error: Error | null): number =>
  error instanceof StreamReset ? error.status : resetStatus.cancel;
