/** Kinds of authorization.k8s.io, in the order of discovery. None of them is stored. */
import type { AccessReview, SelfSubjectRulesReview } from "@kubus/shared/api/reviews.ts";
import { defineKind } from "../define-kind.ts";
import type { Kind } from "../kind.ts";

const row = {
  group: "authorization.k8s.io",
  version: "v1",
  scope: "Cluster",
  storage: "none",
  verbs: ["create"],
  owner: "the API: it answers",
} as const;

export const authorizationKinds: readonly Kind[] = [
  defineKind<AccessReview>({
    ...row,
    scope: "Namespaced",
    kind: "LocalSubjectAccessReview",
    plural: "localsubjectaccessreviews",
  }),
  defineKind<AccessReview>({ ...row, kind: "SelfSubjectAccessReview", plural: "selfsubjectaccessreviews" }),
  defineKind<SelfSubjectRulesReview>({
    ...row,
    kind: "SelfSubjectRulesReview",
    plural: "selfsubjectrulesreviews",
  }),
  defineKind<AccessReview>({ ...row, kind: "SubjectAccessReview", plural: "subjectaccessreviews" }),
];
