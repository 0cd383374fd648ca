/**
 * What the default policy lacks: nothing is taken away that somebody added, and nobody's wish to leave an object
 * alone (autoupdate "false") is ignored. Pure.
 */
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { ClusterRole, RoleBinding, Subject } from "@kubus/shared/api/rbac.ts";
import { missingFrom } from "../../api/authorization/cover.ts";
import { isSame } from "../../api/same.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { autoUpdate, type PolicyObject } from "./policy/index.ts";

type Any = ClusterRole & RoleBinding;

export interface PolicyView {
  readonly wanted: PolicyObject;
  readonly found: Any | undefined;
}

export function reconcilePolicy({ wanted: { kind, object }, found }: PolicyView): Plan {
  const { name = "", namespace } = object.metadata;
  const target = { name, ...(namespace === undefined ? {} : { namespace }) };
  const create: Effect = { type: "create", kind, object };
  if (found === undefined) return { effects: [create] };
  if (found.metadata.annotations?.[autoUpdate] === "false") return nothing;
  // What a binding binds cannot be changed.
  const isOtherRole = (object.roleRef as unknown) !== undefined && !isSame(object.roleRef, found.roleRef);
  if (isOtherRole) return { effects: [{ type: "delete", kind, target }, create] };
  const patch = { ...missingMarks(object, found), ...missingParts(object, found) };
  return Object.keys(patch).length === 0 ? nothing : { effects: [{ type: "patch", kind, target, patch }] };
}

type Wanted = PolicyObject["object"];

function missingMarks({ metadata: { labels, annotations } }: Wanted, { metadata: found }: Any): object {
  const isThere = (wanted: Marks = {}, present: Marks = {}) =>
    Object.entries(wanted).every(([key, value]) => present[key] === value);
  const metadata = {
    ...(isThere(labels, found.labels) ? {} : { labels }),
    ...(isThere(annotations, found.annotations) ? {} : { annotations }),
  };
  return Object.keys(metadata).length === 0 ? {} : { metadata };
}

type Marks = Readonly<Record<string, string>>;

/** Lists are replaced by a patch: what is there stays in front. */
function missingParts({ rules, aggregationRule, subjects }: Wanted, found: Any): object {
  const { rules: ownRules = [], subjects: ownSubjects = [] } = found;
  const lackingRules = missingFrom(ownRules, rules ?? []);
  const lackingSubjects = lacking<Subject>(subjects ?? [], ownSubjects);
  const selectors = found.aggregationRule?.clusterRoleSelectors ?? [];
  const lackingSelectors = lacking<LabelSelector>(aggregationRule?.clusterRoleSelectors ?? [], selectors);
  return {
    ...(lackingRules.length === 0 ? {} : { rules: [...ownRules, ...lackingRules] }),
    ...(lackingSubjects.length === 0 ? {} : { subjects: [...ownSubjects, ...lackingSubjects] }),
    ...(lackingSelectors.length === 0
      ? {}
      : { aggregationRule: { clusterRoleSelectors: [...selectors, ...lackingSelectors] } }),
  };
}

const lacking = <T>(wanted: readonly T[], found: readonly T[]): readonly T[] =>
  wanted.filter((one) => !found.some((other) => isSame(one, other)));
