/** May somebody do something: SubjectAccessReview, and its forms for oneself and for one namespace. */
import type { AccessReview, ReviewedResource, SelectorAttributes } from "@kubus/shared/api/reviews.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../kinds/causes.ts";
import type { Question } from "../authorization/question.ts";
import type { Call } from "../call.ts";
import type { ApiState } from "../ports.ts";
import { badRequest, invalid } from "../refusals.ts";
import type { User } from "../request.ts";
import { reviewBy } from "./review.ts";

export const reviewOwnAccess = reviewBy<AccessReview>((state, call, review) => {
  check(call, validateSpec(review, false));
  return Promise.resolve(decided(state, call.user, review));
});

export const reviewAccess = reviewBy<AccessReview>((state, call, review) => {
  check(call, validateSpec(review, true));
  return Promise.resolve(decided(state, subjectOf(review), review));
});

export const reviewLocalAccess = reviewBy<AccessReview>((state, call, review) => {
  if (review.metadata.namespace !== call.namespace)
    throw badRequest(`namespace must match: ${call.namespace ?? ""}`);
  check(call, [...validateSpec(review, true), ...validateLocal(review, call.namespace ?? "")]);
  return Promise.resolve(decided(state, subjectOf(review), review));
});

function check({ served }: Call, causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalid(served, "", causes);
}

function decided({ authorizer }: ApiState, user: User, review: AccessReview): object {
  const { isAllowed, reason } = authorizer.decide(user, questionIn(review));
  return { allowed: isAllowed, ...(reason === "" ? {} : { reason }) };
}

function subjectOf({ spec: { user = "", groups = [], uid, extra } }: AccessReview): User {
  return {
    name: user,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  };
}

function questionIn({ spec: { resourceAttributes, nonResourceAttributes } }: AccessReview): Question {
  if (resourceAttributes === undefined)
    return { verb: nonResourceAttributes?.verb ?? "", path: nonResourceAttributes?.path ?? "" };
  return resourceQuestion(resourceAttributes);
}

/** An empty text asks for the same as a missing one. */
function resourceQuestion(attributes: ReviewedResource): Question {
  const { verb = "", group = "", resource = "", subresource, namespace, name, fieldSelector } = attributes;
  const selector = selectorText(fieldSelector);
  return {
    verb,
    group,
    resource,
    subresource: subresource || undefined,
    namespace: namespace || undefined,
    name: name || undefined,
    fieldSelector: selector,
  };
}

/** As it would stand in a query; only what must equal something counts for the authorizers. */
function selectorText(selector: SelectorAttributes | undefined): string | undefined {
  const { rawSelector, requirements = [] } = selector ?? {};
  if (rawSelector !== undefined && rawSelector !== "") return rawSelector;
  const equals = requirements.filter(({ operator, values = [] }) => operator === "In" && values.length === 1);
  return equals.length === 0
    ? undefined
    : equals.map(({ key, values = [] }) => `${key}=${values.join("")}`).join(",");
}

function validateSpec({ spec = {} }: Partial<AccessReview>, needsSubject: boolean): readonly Cause[] {
  const { resourceAttributes, nonResourceAttributes, user = "", groups = [] } = spec;
  const causes: Cause[] = [];
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const why = "cannot be specified in combination with resourceAttributes";
    causes.push(cause.invalid("spec.nonResourceAttributes", nonResourceAttributes, why));
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    const why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    causes.push(cause.invalid("spec.resourceAttributes", null, why));
  }
  if (needsSubject && user === "" && groups.length === 0)
    causes.push(cause.invalid("spec.user", "", "at least one of user or group must be specified"));
  return causes;
}

function validateLocal({ spec }: AccessReview, namespace: string): readonly Cause[] {
  const { resourceAttributes, nonResourceAttributes } = spec;
  const field = "spec.resourceAttributes.namespace";
  return [
    ...(resourceAttributes !== undefined && resourceAttributes.namespace !== namespace
      ? [cause.invalid(field, resourceAttributes.namespace ?? "", "must match metadata.namespace")]
      : []),
    ...(nonResourceAttributes === undefined
      ? []
      : [
          cause.invalid(
            "spec.nonResourceAttributes",
            nonResourceAttributes,
            "disallowed on this kind of request",
          ),
        ]),
  ];
}
