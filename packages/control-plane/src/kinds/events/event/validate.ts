/**
 * The rules of events that are written through events.k8s.io, on the core form that is stored. Pure.
 *
 * Whoever uses the newer group says when, in no older way, and afterwards changes nothing but the series.
 */
import type { Event, ObjectReference } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { validateImmutable, when } from "../../rules.ts";

type Stored = Event & {
  readonly action?: string;
  readonly related?: ObjectReference;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string | null } | null;
};

export function validateNewEvent(event: Stored): readonly Cause[] {
  const { type = "", source, eventTime } = event;
  const set = (field: string, isSet: boolean) => when(isSet, cause.invalid(field, "", "needs to be unset"));
  return [
    ...validateSeries(event),
    ...when(!isSaid(eventTime), cause.required("eventTime")),
    ...when(!["Normal", "Warning"].includes(type), cause.invalid("type", "", `has invalid value: ${type}`)),
    ...set("firstTimestamp", isSaid(event.firstTimestamp)),
    ...set("lastTimestamp", isSaid(event.lastTimestamp)),
    ...set("count", (event.count ?? 0) !== 0),
    ...set("source", isSaid(source?.component) || isSaid(source?.host)),
  ];
}

const fixed = [
  "involvedObject",
  "reason",
  "message",
  "source",
  "firstTimestamp",
  "lastTimestamp",
  "count",
  "type",
  "eventTime",
  "action",
  "related",
] as const;

export function validateNewEventUpdate(next: Stored, previous: Stored): readonly Cause[] {
  const isNewSeries = validateImmutable(next.series ?? null, previous.series ?? null, "series").length > 0;
  return [
    ...(isNewSeries ? validateSeries(next) : []),
    ...fixed.flatMap((field) => validateImmutable(meant(next[field]), meant(previous[field]), field)),
    ...validateImmutable(next.reportingComponent, previous.reportingComponent, "reportingController"),
    ...validateImmutable(next.reportingInstance, previous.reportingInstance, "reportingInstance"),
  ];
}

function validateSeries({ series }: Stored): readonly Cause[] {
  if (series === undefined || series === null) return [];
  return [
    ...when((series.count ?? 0) < 2, cause.invalid("series.count", "", "should be at least 2")),
    ...when(!isSaid(series.lastObservedTime), cause.required("series.lastObservedTime")),
  ];
}

const isSaid = (text: string | null | undefined): boolean => (text ?? "") !== "";

/** Nothing said is the same, however it is not said. */
function meant(value: unknown): unknown {
  const isNothing = value === null || value === "" || value === 0;
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return isNothing || isEmpty ? undefined : value;
}
