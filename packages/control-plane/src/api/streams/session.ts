/** Sessions that leave HTTP, without a transport: what WebSockets and SPDY carry, and what is relayed. */
import type { ByteStream } from "@kubus/shared/bus/byte-stream.ts";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import type { ExecFrame } from "@kubus/shared/bus/exec-frames.ts";

/** Which streams a client wants. With a terminal there is no error output of its own. */
export interface CommandStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** exec or attach, checked as far as it can be before anything runs. */
export interface CommandSession {
  readonly type: "command";
  readonly streams: CommandStreams;
  /** Starts it. Rejects with a `Refusal` when the agent cannot be reached or says no. */
  readonly open: () => Promise<Channel>;
}

export interface ForwardSession {
  readonly type: "forward";
  /** The pod, as messages name it. */
  readonly pod: string;
  /** What the query asked for; only older WebSocket clients do. */
  readonly ports: readonly number[];
  /** A connection to a port within the pod. */
  readonly connect: (port: number) => Promise<Channel>;
}

export type StreamSession = CommandSession | ForwardSession;

/** The client's end of exec and attach, over whatever carries it. */
export interface CommandClient {
  /**
   * Hands on stdin, its end and sizes, and reads no further before they were taken. Resolves when the client has
   * nothing more to say, and never rejects: what is not taken is read and forgotten.
   */
  listen(take: (frame: ExecFrame) => Promise<void>): Promise<void>;
  /** Resolves when the transport took it. */
  write(frame: ExecFrame): Promise<void>;
  /** Tells how it ended, after all output, and ends the connection so that the client gets to read it. */
  finish(status: CommandStatus): Promise<void>;
  /** Aborted when the client is gone. */
  readonly left: AbortSignal;
}

/** metav1.Status as it stands at the end of a session. */
export interface CommandStatus {
  readonly metadata: object;
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: object;
  readonly code?: number;
}

/** One connection of a port-forward. */
export interface ForwardedConnection {
  readonly port: number;
  readonly data: ByteStream;
  /** Tells the client what went wrong, if anything, and ends what is still open. */
  finish(message: string | undefined): Promise<void>;
}
