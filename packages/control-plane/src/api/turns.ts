/**
 * Writers of one object take turns: on one server nobody is late because of a neighbour.
 *
 * Another server may still be faster; the store's own check remains the only truth.
 */
export interface Turns {
  /** Runs `act` when everybody who came earlier for this key is done, whatever became of them. */
  take<Result>(key: string, act: () => Promise<Result>): Promise<Result>;
}

export function makeTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    take: <Result>(key: string, act: () => Promise<Result>): Promise<Result> => {
      const turn = (last.get(key) ?? Promise.resolve()).then(act, act);
      last.set(key, turn);
      const leave = () => {
        if (last.get(key) === turn) last.delete(key);
      };
      turn.then(leave, leave);
      return turn;
    },
  };
}
