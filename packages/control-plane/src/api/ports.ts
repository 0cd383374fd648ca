/** What the API is built on. One value, made once in `api.ts`, passed to every verb. */
import type { Channels } from "@kubus/shared/bus/channel.ts";
import type { Random } from "@kubus/shared/chance/random.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { invariant } from "@kubus/shared/errors/invariant.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Cache } from "../cache/cache.ts";
import type { Kind } from "../kinds/kind.ts";
import type { KindTable } from "../kinds/kind-table.ts";
import type { TokenKeys } from "./authentication/token-keys.ts";
import type { Authorizer } from "./authorization/authorizer.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "./metrics.ts";
import type { Turns } from "./turns.ts";

export interface ApiPorts {
  /** The kinds that are served at this moment. */
  readonly kinds: KindTable;
  readonly stores: { readonly durable: Store; readonly transient: Store };
  readonly cache: Cache;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** `0.1.0`. */
  readonly version: string;
  /** What signs and proves service account tokens; without it none is issued and none is accepted. */
  readonly tokens?: TokenKeys;
  /** Whether this server can serve; asked by /readyz. A reason, or undefined. */
  readonly unready?: () => string | undefined;
}

/** What the verbs need besides the ports: what this server remembers between requests. */
export interface ApiState extends ApiPorts {
  readonly metrics: Metrics;
  readonly turns: Turns;
  readonly authorizer: Authorizer;
  /** Why this server cannot serve yet, or undefined. */
  readonly unready: () => string | undefined;
}

/** The store of a kind that is stored. */
export function storeOf({ stores }: Pick<ApiPorts, "stores">, { storage }: Pick<Kind, "storage">): Store {
  invariant(storage !== "none", "a kind without storage has no store");
  return stores[storage];
}
