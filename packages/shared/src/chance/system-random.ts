/** The machine's own source of chance, good enough for identifiers. */
import { randomInt, randomUUID } from "node:crypto";
import { randomFrom, type Random } from "./random.ts";

/** The widest range that `crypto.randomInt` takes. */
const range = 2 ** 48 - 1;

export const systemRandom: Random = {
  ...randomFrom(() => randomInt(range) / range),
  uuid: () => randomUUID(),
};
