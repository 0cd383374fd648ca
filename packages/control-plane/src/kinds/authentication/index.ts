/** Kinds of authentication.k8s.io, in the order of discovery. None of them is stored. */
import type { SelfSubjectReview, TokenRequest, TokenReview } from "@kubus/shared/api/reviews.ts";
import { defineKind } from "../define-kind.ts";
import type { Kind } from "../kind.ts";

const row = {
  group: "authentication.k8s.io",
  version: "v1",
  scope: "Cluster",
  storage: "none",
  verbs: ["create"],
  owner: "the API: it answers",
} as const;

export const tokenReviewKind = defineKind<TokenReview>({
  ...row,
  kind: "TokenReview",
  plural: "tokenreviews",
});

const selfSubjectReview = { ...row, kind: "SelfSubjectReview", plural: "selfsubjectreviews" } as const;

export const selfSubjectReviewKind = defineKind<SelfSubjectReview>(selfSubjectReview);

/** `kubectl auth whoami` before 1.28 asks in the version of its day; the words are the same. */
const earlySelfSubjectReviewKind = defineKind<SelfSubjectReview>({
  ...selfSubjectReview,
  version: "v1beta1",
  schema: selfSubjectReviewKind.schema,
  isHidden: true,
});

/** What serviceaccounts/token is sent; it has no path of its own. */
export const tokenRequestKind = defineKind<TokenRequest>({
  ...row,
  scope: "Namespaced",
  kind: "TokenRequest",
  plural: "tokenrequests",
  setDefaults: (request) => {
    const spec = (request as Partial<TokenRequest>).spec ?? {};
    return { ...request, spec: { ...spec, expirationSeconds: spec.expirationSeconds ?? 3_600 } };
  },
});

export const authenticationKinds: readonly Kind[] = [
  selfSubjectReviewKind,
  tokenReviewKind,
  earlySelfSubjectReviewKind,
];
