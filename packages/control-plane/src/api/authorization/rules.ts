/** What one rule of a role allows (Kubernetes' RBAC evaluation helpers). Pure. */
import type { PolicyRule } from "@kubus/shared/api/rbac.ts";
import { isPathQuestion, type PathQuestion, type Question, type ResourceQuestion } from "./question.ts";

const all = "*";

export const ruleAllows = (rule: PolicyRule, question: Question): boolean =>
  holds(rule.verbs, question.verb) &&
  (isPathQuestion(question) ? allowsPath(rule, question) : allowsResource(rule, question));

const holds = (list: readonly string[] | undefined, word: string): boolean =>
  list !== undefined && (list.includes(word) || list.includes(all));

function allowsResource(rule: PolicyRule, question: ResourceQuestion): boolean {
  const { group, resource, subresource = "", name = "" } = question;
  const { resourceNames = [] } = rule;
  return (
    holds(rule.apiGroups, group) &&
    (rule.resources ?? []).some((granted) => namesResource(granted, resource, subresource)) &&
    (resourceNames.length === 0 || resourceNames.includes(name))
  );
}

// "*" is everything, "pods/log" one part, "*/scale" that part of everything.
function namesResource(granted: string, resource: string, subresource: string): boolean {
  if (granted === all) return true;
  if (subresource === "") return granted === resource;
  return granted === `${resource}/${subresource}` || granted === `*/${subresource}`;
}

/** `/healthz/*` is everything below, `*` everything. */
const allowsPath = ({ nonResourceURLs = [] }: PolicyRule, { path }: PathQuestion): boolean =>
  nonResourceURLs.some((url) =>
    url.endsWith(all) ? path.startsWith(url.replace(/\*+$/, "")) : url === path,
  );
