/** Event: something that was noticed about an object. Many and soon forgotten, so it is transient. */
import type { Event, ObjectReference } from "@kubus/shared/api/core.ts";
import { age } from "../../../api/age.ts";
import { nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { validateEvent } from "./validate.ts";

interface Series {
  readonly count?: number;
  readonly lastObservedTime?: string | null;
}
type FullEvent = Event & { readonly series?: Series };

const aboutField = (field: keyof ObjectReference) => (event: Received<Event>) =>
  event.involvedObject?.[field] ?? "";

export const eventKind = defineKind<FullEvent>({
  version: "v1",
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  owner: "nobody: it has no status",
  storage: "transient",
  columns: [
    { name: "Last Seen", type: "string", of: lastSeen },
    { name: "Type", type: "string", of: ({ type }) => type ?? "" },
    { name: "Reason", type: "string", of: ({ reason }) => reason ?? "" },
    { name: "Object", type: "string", of: objectText },
    { name: "Subobject", type: "string", priority: 1, of: aboutField("fieldPath") },
    { name: "Source", type: "string", priority: 1, of: sourceText },
    { name: "Message", type: "string", of: ({ message }) => (message ?? "").trim() },
    { name: "First Seen", type: "string", priority: 1, of: firstSeen },
    { name: "Count", type: "integer", priority: 1, of: countOf },
    { ...nameColumn, priority: 1 },
  ],
  selectableFields: {
    "involvedObject.kind": aboutField("kind"),
    "involvedObject.namespace": aboutField("namespace"),
    "involvedObject.name": aboutField("name"),
    "involvedObject.uid": aboutField("uid"),
    "involvedObject.apiVersion": aboutField("apiVersion"),
    "involvedObject.resourceVersion": aboutField("resourceVersion"),
    "involvedObject.fieldPath": aboutField("fieldPath"),
    reason: ({ reason }) => reason ?? "",
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? "",
    source: ({ source, reportingComponent }) => source?.component ?? reportingComponent ?? "",
    type: ({ type }) => type ?? "",
  },
  validate: validateEvent,
});

function lastSeen(event: FullEvent, now: number): string {
  const { series, lastTimestamp, eventTime } = event;
  return age(series?.lastObservedTime || lastTimestamp || eventTime || event.firstTimestamp, now);
}

function firstSeen({ firstTimestamp, eventTime }: FullEvent, now: number): string {
  return age(firstTimestamp || eventTime, now);
}

function countOf({ series, count }: FullEvent): number {
  return series?.count ?? (count || 1);
}

function objectText({ involvedObject }: Received<Event>): string {
  const { kind = "", name = "" } = involvedObject ?? {};
  return name === "" ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
}

function sourceText({ source, reportingComponent = "", reportingInstance = "" }: FullEvent): string {
  const parts = [source?.component || reportingComponent, source?.host || reportingInstance];
  return parts.filter((part) => part !== "").join(", ");
}
