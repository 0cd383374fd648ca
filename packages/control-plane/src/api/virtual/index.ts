/**
 * THE table of what is served but never stored, by `group/plural`: reviews, component statuses, metrics.
 *
 * Each has a row in the table of kinds with `storage: "none"`.
 */
import type { Kind, Verb } from "../../kinds/kind.ts";
import type { Act } from "../call.ts";
import { reviewAccess, reviewLocalAccess, reviewOwnAccess } from "./access-reviews.ts";
import { bindNamed } from "../verbs/pod-binding.ts";
import { getComponentStatus, listComponentStatuses } from "./component-statuses.ts";
import { getNodeMetrics, getPodMetrics, listNodeMetrics, listPodMetrics } from "./metrics.ts";
import { reviewOwnRules } from "./rules-review.ts";
import { reviewSelf, reviewToken } from "./user-reviews.ts";

type Acts = Partial<Record<Verb, Act>>;

const virtual: Readonly<Record<string, Acts>> = {
  "/bindings": { create: bindNamed },
  "/componentstatuses": { get: getComponentStatus, list: listComponentStatuses },
  "authentication.k8s.io/selfsubjectreviews": { create: reviewSelf },
  "authentication.k8s.io/tokenreviews": { create: reviewToken },
  "authorization.k8s.io/localsubjectaccessreviews": { create: reviewLocalAccess },
  "authorization.k8s.io/selfsubjectaccessreviews": { create: reviewOwnAccess },
  "authorization.k8s.io/selfsubjectrulesreviews": { create: reviewOwnRules },
  "authorization.k8s.io/subjectaccessreviews": { create: reviewAccess },
  "metrics.k8s.io/nodes": { get: getNodeMetrics, list: listNodeMetrics },
  "metrics.k8s.io/pods": { get: getPodMetrics, list: listPodMetrics },
};

/** The verbs of a kind that is not stored. Empty for one that is. */
export const virtualActsOf = ({ group, plural, storage }: Kind): Acts =>
  storage === "none" ? (virtual[`${group}/${plural}`] ?? {}) : {};
