/** Lets pass or refuses, in Kubernetes' words. */
import { Refusal } from "@kubus/shared/errors/codes.ts";
import type { User } from "../request.ts";
import type { Authorizer } from "./authorizer.ts";
import { isPathQuestion, type Question } from "./question.ts";
import { resourceName } from "../refusals.ts";

/** Throws a refusal when the user may not. */
export function authorize(authorizer: Authorizer, user: User, question: Question): void {
  const { isAllowed, reason } = authorizer.decide(user, question);
  if (!isAllowed) throw denied(user, question, reason);
}

/** `pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"`. */
export function denied(user: User, question: Question, reason: string): Refusal {
  const why = reason === "" ? "" : `: ${reason}`;
  if (isPathQuestion(question)) {
    const sentence = `User "${user.name}" cannot ${question.verb} path "${question.path}"`;
    return new Refusal("forbidden", `forbidden: ${sentence}${why}`, {});
  }
  const { group, resource, subresource = "", namespace = "", name = "", verb } = question;
  const whole = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const sentence = `User "${user.name}" cannot ${verb} resource "${whole}" in API group "${group}" ${where}`;
  const subject = resourceName({ group, plural: resource });
  const details = { ...(name === "" ? {} : { name }), ...(group === "" ? {} : { group }), kind: resource };
  return new Refusal(
    "forbidden",
    `${subject}${name === "" ? "" : ` "${name}"`} is forbidden: ${sentence}${why}`,
    details,
  );
}
