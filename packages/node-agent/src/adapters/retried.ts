/** Tries again what the kernel refuses for a moment, and tells its last word when the time is over. */
import type { Clock } from "@kubus/shared/time/clock.ts";

const pauseMs = 5;

export async function retried(
  act: () => Promise<void>,
  { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
): Promise<void> {
  const end = clock.monotonic() + withinMs;
  const attempt = async (): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (clock.monotonic() >= end) throw error;
      await new Promise<void>((resolve) => clock.setTimeout(() => resolve(), pauseMs));
      await attempt();
    }
  };
  await attempt();
}
