/**
 * THE table of what is served but never stored, by `group/plural`: reviews, component statuses, metrics.
 *
 * Each has a row in the table of kinds with `storage: "none"`.
 */
import type { Kind, Verb } from "../../kinds/kind.ts";
import type { Act } from "../call.ts";

type Acts = Partial<Record<Verb, Act>>;

const virtual: Readonly<Record<string, Acts>> = {};

/** The verbs of a kind that is not stored. Empty for one that is. */
export const virtualActsOf = ({ group, plural, storage }: Kind): Acts =>
  storage === "none" ? (virtual[`${group}/${plural}`] ?? {}) : {};
