/**
 * What the dashboard is shown of the cluster: nodes, pods and the latest events. Pure, over the cache.
 *
 * What nobody looks at (managed fields, the copy that `kubectl apply` keeps) does not travel.
 */
import { keyOf, type KubeObject } from "@kubus/shared/api/meta.ts";
import type { Event } from "@kubus/shared/api/core.ts";
import type { FeedMessage, FeedObject } from "@kubus/shared/feed/messages.ts";
import type { Cache, CacheEvent } from "../cache/cache.ts";
import type { Kind } from "../kinds/kind.ts";

export const pictureLimits = {
  /** Events in a snapshot: the newest of them. */
  eventsMax: 200,
} as const;

/** The rows of the table of kinds that the picture shows. */
export type ShownKinds = Readonly<Record<FeedObject["kind"], Kind>>;

export function snapshotOf(cache: Cache, kinds: ShownKinds, now: number): FeedMessage {
  const shown = (kind: FeedObject["kind"]) =>
    cache.list(kinds[kind]).map((object) => shownObject(kind, object));
  const events = cache.list<Event & KubeObject>(kinds.Event as Kind<Event>);
  const newest = [...events].sort(byTime).slice(-pictureLimits.eventsMax);
  return {
    type: "snapshot",
    now,
    canPullCables: false,
    objects: [...shown("Node"), ...shown("Pod"), ...newest.map((event) => shownObject("Event", event))],
  };
}

export interface ObjectChange {
  /** Equal for all changes of one object. */
  readonly key: string;
  readonly message: FeedMessage;
}

/** One change as the page hears of it, or undefined when the kind is not shown. */
export function changeOf({ type, kind, object }: CacheEvent, kinds: ShownKinds): ObjectChange | undefined {
  if (kinds[kind.kind as FeedObject["kind"]] !== kind) return undefined;
  const shown = shownObject(kind.kind as FeedObject["kind"], object);
  return { key: `${kind.kind} ${keyOf(object)}`, message: { type: "object", change: type, object: shown } };
}

/** When an event happened last, as RFC 3339 text (which sorts by time). */
export const eventTime = ({ lastTimestamp, eventTime, firstTimestamp, metadata }: Event): string =>
  lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp;

const byTime = (a: Event, b: Event): number => (eventTime(a) < eventTime(b) ? -1 : 1);

const appliedCopy = "kubectl.kubernetes.io/last-applied-configuration";

function shownObject(kind: FeedObject["kind"], object: KubeObject): FeedObject {
  const metadata = without(object.metadata, "managedFields");
  const annotations = without(metadata.annotations ?? {}, appliedCopy);
  return { kind, object: { ...object, metadata: { ...metadata, annotations } } } as unknown as FeedObject;
}

const without = <T extends object>(object: T, key: string): T =>
  key in object ? (Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as T) : object;
