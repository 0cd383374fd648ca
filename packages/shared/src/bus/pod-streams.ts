/** What a server asks of an agent about one pod: logs, exec, attach, connections to its ports. */
export interface PodLogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  readonly limitBytes?: number;
}

export interface PodExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** Joins a container that runs: its output from now on, its input when it takes any. */
export interface PodAttachRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly stdin: boolean;
}

/**
 * A connection to a port of a pod; the channel carries its bytes. It breaks, with the reason, when nobody listens.
 *
 * `loopback`: from within the pod, to its localhost. `address`: from the board, to the pod's address.
 */
export interface PodConnectRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly port: number;
  readonly via: "loopback" | "address";
}

/**
 * Frames of an exec or attach channel: one byte that names the stream, then the bytes, as in Kubernetes'
 * `v5.channel.k8s.io`. Each write to the channel is one frame behind a four-byte length (big endian).
 */
export const execStream = {
  stdin: 0,
  stdout: 1,
  stderr: 2,
  /** From the agent, once, last: `SessionResult` as JSON. */
  result: 3,
  /** From the server: `{"Width":80,"Height":24}`. */
  resize: 4,
  /** One byte follows: the stream that ends (only stdin does). */
  close: 255,
} as const;

export type ExecResult =
  | { readonly how: "exited"; readonly exitCode: number }
  | { readonly how: "failed"; readonly message: string };

/** The last word of a session. An attached client that left, or whose container ended, is told of no exit code. */
export type SessionResult = ExecResult | { readonly how: "detached" };
