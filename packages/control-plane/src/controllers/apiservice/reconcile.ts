/** API services: what a version of a group has, by whether it is served here. Pure. */
import type { Condition } from "@kubus/shared/api/meta.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { Draft } from "../../api/objects.ts";
import { isSame } from "../../api/same.ts";
import { apiServiceKind } from "../../kinds/index.ts";
import type { ApiService } from "../../kinds/apiregistration/apiservice/kind.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";

/** On what makes itself: with the value `onstart` for built-in groups, `true` for those of custom resources. */
export const automanagedLabel = "kube-aggregator.kubernetes.io/automanaged";

export interface ServedVersion {
  readonly group: string;
  readonly version: string;
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
  readonly origin: "builtIn" | "custom";
}

export interface ApiServiceView {
  /** `v1.apps`, `v1.` */
  readonly name: string;
  /** Undefined: no row of the table of kinds has this group and version (any longer). */
  readonly served: ServedVersion | undefined;
  readonly apiService: ApiService | undefined;
  readonly now: number;
}

export function reconcile({ name, served, apiService, now }: ApiServiceView): Plan {
  if (apiService === undefined) return served === undefined ? nothing : { effects: [register(name, served)] };
  if (apiService.metadata.deletionTimestamp !== undefined) return nothing;
  const isOurs = apiService.metadata.labels?.[automanagedLabel] !== undefined;
  if (served === undefined && isOurs) return { effects: [forget(apiService)] };
  return {
    effects: [
      ...(served !== undefined && isOurs ? putRight(apiService, served) : []),
      ...writeAvailable(apiService, now),
    ],
  };
}

const specOf = ({ group, version, groupPriorityMinimum, versionPriority }: ServedVersion) => ({
  ...(group === "" ? {} : { group }),
  version,
  groupPriorityMinimum,
  versionPriority,
});

function register(name: string, served: ServedVersion): Effect {
  const labels = { [automanagedLabel]: served.origin === "builtIn" ? "onstart" : "true" };
  const object: Draft<ApiService> = { metadata: { name, labels }, spec: specOf(served) };
  return { type: "create", kind: apiServiceKind, object };
}

const forget = ({ metadata: { name, uid } }: ApiService): Effect => ({
  type: "delete",
  kind: apiServiceKind,
  target: { name },
  options: { preconditions: { uid } },
});

function putRight({ metadata: { name }, spec }: ApiService, served: ServedVersion): readonly Effect[] {
  const wanted = specOf(served);
  return isSame(spec, wanted)
    ? []
    : [{ type: "patch", kind: apiServiceKind, target: { name }, patch: { spec: wanted } }];
}

/** Whatever is served here answers as long as anybody can ask. */
function writeAvailable({ metadata: { name }, status }: ApiService, now: number): readonly Effect[] {
  const conditions = status?.conditions ?? [];
  const known = conditions.find(({ type }) => type === "Available");
  if (known?.status === "True" && known.reason === "Local") return [];
  const available: Condition = {
    type: "Available",
    status: "True",
    reason: "Local",
    message: "Local APIServices are always available",
    lastTransitionTime: timestamp(now),
  };
  const others = conditions.filter(({ type }) => type !== "Available");
  const written = { conditions: [...others, available] };
  return [{ type: "writeStatus", kind: apiServiceKind, target: { name }, status: written }];
}
