/**
 * A store whose server dies in the middle of its work: at one write, before or just after it was stored. From then on
 * nothing is written until `recover`, when another server goes on with what was stored.
 */
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import type { Store } from "../../store/store.ts";

export interface CrashingStore extends Store {
  /** Dies at the n-th write from now, counted from 1. `after`: it is stored, and nobody is told. */
  crashAt(write: number, moment: "before" | "after"): void;
  recover(): void;
  readonly isDead: () => boolean;
  /** How often it died. */
  readonly deaths: () => number;
}

export function crashingStore(store: Store): CrashingStore {
  let left = Number.POSITIVE_INFINITY;
  let dies: "before" | "after" = "before";
  let isDead = false;
  let deaths = 0;

  const write = async <T>(act: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Trouble("timeout", "This server is dead.");
    left -= 1;
    if (left > 0) return act();
    isDead = true;
    deaths += 1;
    if (dies === "after") await act();
    throw new Trouble("timeout", "This server died.");
  };

  return {
    ...store,
    create: (key, object) => write(() => store.create(key, object)),
    update: (key, object, expected) => write(() => store.update(key, object, expected)),
    delete: (key, last, expected) => write(() => store.delete(key, last, expected)),
    crashAt: (count, moment) => {
      left = count;
      dies = moment;
    },
    recover: () => {
      left = Number.POSITIVE_INFINITY;
      isDead = false;
    },
    isDead: () => isDead,
    deaths: () => deaths,
  };
}
