/** What the API is built on. One value, made once in `api.ts`, passed to every verb. */
import type { Channels } from "@kubus/shared/bus/channel.ts";
import type { Random } from "@kubus/shared/chance/random.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { invariant } from "@kubus/shared/errors/invariant.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Cache } from "../cache/cache.ts";
import type { Kind } from "../kinds/kind.ts";
import type { KindTable } from "../kinds/kind-table.ts";
import type { AdmissionMemory } from "./admission/memory.ts";
import type { WebhookCaller } from "./admission/webhooks/caller.ts";
import type { TokenKeys } from "./authentication/token-keys.ts";
import type { Authorizer } from "./authorization/authorizer.ts";
import type { Store } from "../store/store.ts";
import type { AuditLog } from "./operation/audit.ts";
import type { Metrics } from "./operation/metrics.ts";
import type { Seats } from "./operation/seats.ts";
import type { ObjectsAs } from "./objects.ts";
import type { Turns } from "./turns.ts";
import type { BoardUsage } from "./usage/board-usage.ts";

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
  /** The range of addresses of services, such as `10.96.0.0/16`; without one services get no addresses. */
  readonly serviceCidr?: string;
  /** Who is told what was changed and who was refused. */
  readonly audit?: AuditLog;
  /** Asks webhooks; without it none can be asked. */
  readonly webhooks?: WebhookCaller;
  /** Whether this server can serve; asked by /readyz. A reason, or undefined. */
  readonly unready?: () => string | undefined;
}

/** What the verbs need besides the ports: what this server remembers between requests. */
export interface ApiState extends ApiPorts {
  readonly metrics: Metrics;
  /** For lists so long that they are sent in slices. */
  readonly longListSeats: Seats;
  readonly turns: Turns;
  readonly authorizer: Authorizer;
  readonly admission: AdmissionMemory;
  /** What the boards use, asked of their agents. */
  readonly boardUsage: BoardUsage;
  /** The verbs as functions, for whoever writes other objects than the one that a request is about. */
  readonly objectsAs: ObjectsAs;
  /** Why this server cannot serve yet, or undefined. */
  readonly unready: () => string | undefined;
}

/** The store of a kind that is stored. */
export function storeOf({ stores }: Pick<ApiPorts, "stores">, { storage }: Pick<Kind, "storage">): Store {
  invariant(storage !== "none", "a kind without storage has no store");
  return stores[storage];
}
