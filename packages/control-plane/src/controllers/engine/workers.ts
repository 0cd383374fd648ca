/**
 * Bounds how many passes of one controller run at once. First come, first served.
 */
export interface Workers {
  /** Runs the work when a worker is free. With an aborted signal it rejects instead of beginning. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Resolves when nothing runs and nothing waits any more. */
  idle(): Promise<void>;
}

/** `max` is at least 1. */
export function makeWorkers(max: number): Workers {
  let busy = 0;
  const line: (() => void)[] = [];
  const idlers: (() => void)[] = [];

  const enter = async () => {
    if (busy < max) busy += 1;
    else await new Promise<void>((resolve) => line.push(resolve));
  };
  /** A free place goes to the next in line at once, so that nobody can slip in between. */
  const leave = () => {
    const next = line.shift();
    if (next === undefined) busy -= 1;
    else next();
    if (busy === 0) for (const resolve of idlers.splice(0)) resolve();
  };

  return {
    run: async (work, signal) => {
      await enter();
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        leave();
      }
    },
    idle: () => (busy === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  };
}
