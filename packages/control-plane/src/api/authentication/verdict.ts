/** What is found out about a token, and what it is found out with. */
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Cache } from "../../cache/cache.ts";
import type { KindTable } from "../../kinds/kind-table.ts";
import type { User } from "../request.ts";
import type { TokenKeys } from "./token-keys.ts";

/** Whose token it is, without `system:authenticated`, and for whom it is meant; or what is wrong with it. */
export type Verdict = { readonly user: User; readonly audiences: readonly string[] } | string;

export interface TokenWorld {
  readonly cache: Cache;
  readonly kinds: KindTable;
  readonly clock: Clock;
  /** Absent: this server knows no key, and every service account token is refused. */
  readonly tokens?: TokenKeys;
}
