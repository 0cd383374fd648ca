/**
 * Everything the page knows, kept current by the feed's messages. No browser in here.
 *
 * Bounded: events and transitions beyond a limit are forgotten, the oldest first.
 */
import type { Event } from "@kubus/shared/api/core.ts";
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { CableState, FeedMessage, FeedObject } from "@kubus/shared/feed/messages.ts";
import type { Chart } from "@kubus/shared/machine/chart.ts";
import type { ActorReport } from "@kubus/shared/machine/registry.ts";
import { isSameState } from "@kubus/shared/machine/state-value.ts";

export interface Transition {
  readonly from: unknown;
  readonly to: unknown;
  readonly event: string;
  /** Wall-clock milliseconds of the process that it happened in. */
  readonly at: number;
}

export interface SeenActor {
  readonly report: ActorReport;
  readonly ended: boolean;
  /** Newest first. */
  readonly history: readonly Transition[];
}

/** What a message may have changed: the parts of the page that must be drawn again. */
export type Area = "boards" | "events" | "actors" | "link" | "problem";

export interface Picture {
  readonly nodes: Map<string, Node>;
  readonly pods: Map<string, Pod>;
  readonly events: Map<string, Event>;
  cables: Readonly<Record<string, CableState>>;
  canPullCables: boolean;
  /** Whether the dashboard's server hears a control plane. */
  link: "connected" | "disconnected";
  /** Add it to this browser's clock to get the servers' clock. */
  clockOffsetMs: number;
  problem: string | undefined;
  /** Whose actors are shown. */
  where: string;
  readonly charts: Map<string, Chart>;
  readonly actors: Map<string, SeenActor>;
}

export const pictureLimits = { eventsMax: 300, historyMax: 12, endedActorsMax: 50 } as const;

export const emptyPicture = (): Picture => ({
  nodes: new Map(),
  pods: new Map(),
  events: new Map(),
  cables: {},
  canPullCables: false,
  link: "disconnected",
  clockOffsetMs: 0,
  problem: undefined,
  where: "server",
  charts: new Map(),
  actors: new Map(),
});

/** Another place is looked at: what was known of the former is forgotten. */
export function chooseWhere(picture: Picture, where: string): void {
  picture.where = where;
  picture.charts.clear();
  picture.actors.clear();
}

/** Takes a message in and tells what it changed. `now` is this browser's clock. */
export function applyMessage(picture: Picture, message: FeedMessage, now: number): readonly Area[] {
  switch (message.type) {
    case "snapshot":
      return applySnapshot(picture, message, now);
    case "object":
      return [applyObject(picture, message.object, message.change === "DELETED")];
    case "cables":
      picture.cables = message.cables;
      return ["boards"];
    case "link":
      picture.link = message.state;
      return ["link"];
    case "problem":
      picture.problem = message.message;
      return ["problem"];
    default:
      return message.where === picture.where ? applyActors(picture, message) : [];
  }
}

function applySnapshot(
  picture: Picture,
  { objects, now: serverNow, canPullCables }: Extract<FeedMessage, { type: "snapshot" }>,
  now: number,
): readonly Area[] {
  picture.clockOffsetMs = serverNow - now;
  picture.canPullCables = canPullCables;
  for (const map of [picture.nodes, picture.pods, picture.events]) map.clear();
  for (const object of objects) applyObject(picture, object, false);
  return ["boards", "events"];
}

function applyObject(picture: Picture, { kind, object }: FeedObject, deleted: boolean): Area {
  const map = { Node: picture.nodes, Pod: picture.pods, Event: picture.events }[kind] as Map<string, unknown>;
  const key = keyOf(object);
  if (deleted) map.delete(key);
  else map.set(key, object);
  if (kind !== "Event") return "boards";
  if (picture.events.size > pictureLimits.eventsMax) forgetOldest(picture.events);
  return "events";
}

type ActorMessage = Extract<FeedMessage, { type: "charts" | "actors" | "actor" }>;

function applyActors(picture: Picture, message: ActorMessage): readonly Area[] {
  if (message.type === "charts") for (const chart of message.charts) picture.charts.set(chart.id, chart);
  else if (message.type === "actors") {
    const former = new Map(picture.actors);
    picture.actors.clear();
    for (const report of message.actors) {
      picture.actors.set(report.id, { report, ended: false, history: former.get(report.id)?.history ?? [] });
    }
  } else noteActor(picture, message);
  return ["actors"];
}

function noteActor(
  { actors }: Picture,
  { report, ended, event }: Extract<FeedMessage, { type: "actor" }>,
): void {
  const former = actors.get(report.id);
  const moved = former === undefined || former.ended || !isSameState(former.report.state, report.state);
  const transition = {
    from: former?.report.state,
    to: report.state,
    event: event ?? "end",
    at: report.since,
  };
  const history = [...(moved ? [transition] : []), ...(former?.history ?? [])].slice(
    0,
    pictureLimits.historyMax,
  );
  actors.set(report.id, { report, ended, history });
  if (!ended) return;
  const gone = [...actors.values()].filter((actor) => actor.ended);
  for (const { report } of gone.slice(0, -pictureLimits.endedActorsMax)) actors.delete(report.id);
}

/** When an event happened last, as text that sorts by time. */
export const eventTime = ({ lastTimestamp, eventTime, firstTimestamp, metadata }: Event): string =>
  lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp;

/** The newest first. */
export const eventsByTime = (events: Iterable<Event>): readonly Event[] =>
  [...events].sort((a, b) => (eventTime(a) < eventTime(b) ? 1 : -1));

function forgetOldest(events: Map<string, Event>): void {
  for (const event of eventsByTime(events.values()).slice(pictureLimits.eventsMax))
    events.delete(keyOf(event));
}
