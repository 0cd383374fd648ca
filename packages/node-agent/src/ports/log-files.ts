/** Containers' logs on this board's disk, as their readers see them. */
export interface LogRead {
  /** The newest file; older ones lie beside it as `.1`, `.2`, ... */
  readonly path: string;
  readonly tailLines?: number;
  /** Wall-clock milliseconds; older lines are left out. */
  readonly sinceMs?: number;
  readonly timestamps: boolean;
  readonly limitBytes?: number;
  /** Given to follow: resolves when the container has ended and its whole output is in the file. */
  readonly ended?: Promise<void>;
}

export interface LogFiles {
  /** The text as kubectl shows it, in pieces. Rejects when there is no such log. */
  read(options: LogRead, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Removes a pod's folder of logs, or one log with its older files. Nothing there is fine. */
  remove(path: string): Promise<void>;
}
