/** Event of events.k8s.io: the same objects as core events, in newer words. */
import type { Event, ObjectReference } from "@kubus/shared/api/core.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { eventKind } from "../../core/event/kind.ts";
import { defineKind } from "../../define-kind.ts";
import { validateNewEvent, validateNewEventUpdate } from "./validate.ts";

/** Newer name of a field, and the core one. Fields that are not here have the same name in both. */
const names: readonly (readonly [newer: string, core: string])[] = [
  ["regarding", "involvedObject"],
  ["note", "message"],
  ["reportingController", "reportingComponent"],
  ["deprecatedSource", "source"],
  ["deprecatedFirstTimestamp", "firstTimestamp"],
  ["deprecatedLastTimestamp", "lastTimestamp"],
  ["deprecatedCount", "count"],
];
const coreNames = new Map(names);
const newerNames = new Map(names.map(([newer, core]) => [core, newer]));

export interface NewEvent extends KubeObject {
  readonly regarding?: ObjectReference;
  readonly reason?: string;
  readonly type?: string;
  readonly reportingController?: string;
}

const toStored = (event: object): Event =>
  renamed(event, coreNames, { involvedObject: {}, ...apiVersionOf("v1") }) as Event;

const fromStored = (event: object): NewEvent => renamed(event, newerNames, apiVersionOf("events.k8s.io/v1"));

const apiVersionOf = (apiVersion: string) => ({ apiVersion, kind: "Event" });

function renamed(event: object, to: ReadonlyMap<string, string>, more: object): KubeObject {
  const fields = Object.entries(event).map(([name, value]) => [to.get(name) ?? name, value as unknown]);
  const { apiVersion, kind, ...defaults } = more as Partial<KubeObject>;
  return { ...defaults, ...Object.fromEntries(fields), apiVersion, kind } as KubeObject;
}

const regarding =
  (field: keyof ObjectReference) =>
  ({ regarding: about }: NewEvent): string =>
    about?.[field] ?? "";

export const newEventKind = defineKind<NewEvent>({
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  owner: eventKind.owner,
  storage: eventKind.storage,
  storedAs: {
    kind: eventKind,
    toStored,
    fromStored,
    validateCreate: validateNewEvent,
    validateUpdate: validateNewEventUpdate,
  },
  columns: eventKind.columns.map((column) => ({
    ...column,
    of: (event: NewEvent, now: number) => column.of(toStored(event), now),
  })),
  selectableFields: {
    "regarding.kind": regarding("kind"),
    "regarding.namespace": regarding("namespace"),
    "regarding.name": regarding("name"),
    "regarding.uid": regarding("uid"),
    "regarding.apiVersion": regarding("apiVersion"),
    "regarding.resourceVersion": regarding("resourceVersion"),
    "regarding.fieldPath": regarding("fieldPath"),
    reason: ({ reason = "" }) => reason,
    reportingController: ({ reportingController = "" }) => reportingController,
    type: ({ type = "" }) => type,
  },
});
