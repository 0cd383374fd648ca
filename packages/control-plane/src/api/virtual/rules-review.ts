/** SelfSubjectRulesReview: everything that the asker may do in a namespace, for `kubectl auth can-i --list`. */
import type { PolicyRule } from "@kubus/shared/api/rbac.ts";
import type { SelfSubjectRulesReview } from "@kubus/shared/api/reviews.ts";
import { nodeOfUser } from "../authorization/node-user.ts";
import { badRequest } from "../refusals.ts";
import { reviewBy } from "./review.ts";

export const reviewOwnRules = reviewBy<SelfSubjectRulesReview>(({ authorizer }, { user }, { spec }) => {
  const { namespace = "" } = (spec as SelfSubjectRulesReview["spec"] | undefined) ?? {};
  if (namespace === "") throw badRequest("no namespace on request");
  const found = authorizer.rulesFor(user, namespace);
  // What boards are granted follows from their pods: it is no list of rules.
  const isNode = nodeOfUser(user) !== undefined;
  const errors = isNode
    ? [...found.errors, "node authorizer does not support user rule resolution"]
    : found.errors;
  return Promise.resolve({
    resourceRules: found.rules.filter((rule) => (rule.resources ?? []).length > 0).map(resourceRule),
    nonResourceRules: found.rules.filter((rule) => (rule.nonResourceURLs ?? []).length > 0).map(pathRule),
    incomplete: errors.length > 0,
    ...(errors.length === 0 ? {} : { evaluationError: errors.join(", ") }),
  });
});

const resourceRule = ({ verbs, apiGroups, resources, resourceNames }: PolicyRule) => ({
  verbs,
  apiGroups,
  resources,
  ...(resourceNames === undefined ? {} : { resourceNames }),
});

const pathRule = ({ verbs, nonResourceURLs }: PolicyRule) => ({ verbs, nonResourceURLs });
