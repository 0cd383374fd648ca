/** So many at once and no more; whoever comes later waits for a free slot. */
export interface Slots {
  run<Result>(act: () => Promise<Result>): Promise<Result>;
}

export function makeSlots(max: number): Slots {
  const waiting: (() => void)[] = [];
  let free = max;
  const take = async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    run: async (act) => {
      await take();
      try {
        return await act();
      } finally {
        leave();
      }
    },
  };
}
