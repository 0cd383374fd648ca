/**
 * Sends Events to the API, best effort: one at a time, a few may wait, the rest is dropped and logged.
 *
 * The same notice again counts up the Event that stands there instead of making another.
 */
import type { Event, ObjectReference } from "@kubus/shared/api/core.ts";
import type { KubeObject, ObjectMeta } from "@kubus/shared/api/meta.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { timestamp, type Clock } from "@kubus/shared/time/clock.ts";
import type { Random } from "@kubus/shared/chance/random.ts";
import { eventsWaitingMax } from "../limits.ts";
import type { Notice } from "../pod/events.ts";
import type { Api } from "../ports/api.ts";

/** What an event is about. Members of lists do not carry their kind themselves. */
export type Subject = Pick<KubeObject, "apiVersion" | "kind"> & {
  readonly metadata: Pick<ObjectMeta, "name" | "namespace" | "uid">;
};

export interface Recorder {
  record(about: Subject, notice: Notice): void;
}

interface RecorderOptions {
  readonly api: Pick<Api, "create" | "patch">;
  readonly node: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Events that are remembered to be counted up; the oldest is forgotten first. */
const rememberedMax = 500;

interface Known {
  readonly path: string;
  readonly count: number;
}

export function eventRecorder({ api, node, clock, random, log }: RecorderOptions): Recorder {
  const known = new Map<string, Known>();
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  const create = async (about: Subject, notice: Notice, key: string) => {
    const event = eventOf(about, notice, { node, now: clock.now(), suffix: random.suffix(10) });
    const path = `/api/v1/namespaces/${event.metadata.namespace}/events`;
    await api.create<Event>(path, event);
    known.set(key, { path: `${path}/${event.metadata.name}`, count: 1 });
    const [oldest] = known.keys();
    if (known.size > rememberedMax && oldest !== undefined) known.delete(oldest);
  };
  const countUp = async ({ path, count }: Known, key: string) => {
    const lastTimestamp = timestamp(clock.now());
    await api.patch<Event>(path, { count: count + 1, lastTimestamp }, "merge");
    known.set(key, { path, count: count + 1 });
  };
  const send = async (about: Subject, notice: Notice) => {
    const key = [about.metadata.uid, notice.reason, notice.message, notice.fieldPath].join("\n");
    const former = known.get(key);
    if (former === undefined) return create(about, notice, key);
    try {
      await countUp(former, key);
    } catch (error) {
      if (!isRefusal(error, "notFound")) throw error;
      await create(about, notice, key);
    }
  };

  return {
    record: (about, notice) => {
      if (waiting >= eventsWaitingMax) {
        log.debug("event.dropped", { reason: notice.reason });
        return;
      }
      waiting += 1;
      last = last
        .then(() => send(about, notice))
        // News that nobody could take is old news; the status says what is so.
        .catch((error: unknown) => log.debug("event.lost", { reason: notice.reason, why: String(error) }))
        .finally(() => {
          waiting -= 1;
        });
    },
  };
}

function eventOf(
  about: Subject,
  { type, reason, message, fieldPath }: Notice,
  { node, now, suffix }: { readonly node: string; readonly now: number; readonly suffix: string },
) {
  const { metadata, kind, apiVersion } = about;
  const involvedObject: ObjectReference = {
    kind,
    apiVersion,
    name: metadata.name,
    uid: metadata.uid,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
  const at = timestamp(now);
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${metadata.name}.${suffix}`, namespace: metadata.namespace ?? "default" },
    involvedObject,
    type,
    reason,
    message,
    source: { component: "kubus-agent", host: node },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    reportingComponent: "kubus-agent",
    reportingInstance: node,
  };
}
