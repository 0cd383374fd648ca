/** LimitRange: how much one pod, container or claim of a namespace may ask for, and what it gets unasked. */
import type { LimitRange, LimitRangeItem } from "@kubus/shared/api/core.ts";
import { nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { validateLimitRange } from "./validate.ts";

export const limitRangeKind = defineKind<LimitRange>({
  version: "v1",
  kind: "LimitRange",
  plural: "limitranges",
  shortNames: ["limits"],
  owner: "nobody: it has no status",
  columns: [
    nameColumn,
    { name: "Created At", type: "date", of: ({ metadata }) => metadata.creationTimestamp },
  ],
  setDefaults: setLimitRangeDefaults,
  validate: validateLimitRange,
});

function setLimitRangeDefaults(limitRange: Received<LimitRange>): LimitRange {
  const { spec = {} } = limitRange;
  const { limits } = spec;
  const filled = limits === undefined ? spec : { ...spec, limits: limits.map(setItemDefaults) };
  return { ...limitRange, spec: filled } as LimitRange;
}

/** Of containers, what is not said follows from what is: the limit from the most, the request from either end. */
function setItemDefaults(item: Received<LimitRangeItem>): Received<LimitRangeItem> {
  if (item.type !== "Container") return item;
  const limit = { ...item.max, ...item.default };
  return { ...item, default: limit, defaultRequest: { ...item.min, ...limit, ...item.defaultRequest } };
}
