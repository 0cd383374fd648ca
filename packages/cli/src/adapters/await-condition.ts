/** Waits until something in the world is so, with a deadline: for what the kernel does not announce. */
import { systemClock } from "@kubus/shared/time/system-clock.ts";

export interface AwaitOptions {
  readonly deadlineMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/** Resolves to whether it became so in time. Rejects when aborted or when asking rejects. */
export async function becomesTrue(
  condition: () => boolean | Promise<boolean>,
  { deadlineMs, everyMs = 20, signal }: AwaitOptions,
): Promise<boolean> {
  const end = systemClock.monotonic() + deadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await condition()) return true;
    if (systemClock.monotonic() >= end) return false;
    await new Promise<void>((resolve) => {
      systemClock.setTimeout(() => {
        resolve();
      }, everyMs);
    });
  }
}
