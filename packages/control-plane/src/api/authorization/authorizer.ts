/**
 * Who may do what: `system:masters` everything, boards what the Node authorizer grants, everyone what roles grant them.
 *
 * Pure but for looking into the cache.
 */
import type { PolicyRule, RoleRef } from "@kubus/shared/api/rbac.ts";
import type { Cache } from "../../cache/cache.ts";
import type { KindTable } from "../../kinds/kind-table.ts";
import type { User } from "../request.ts";
import { authorizeNode } from "./node-authorizer.ts";
import { nodeOfUser } from "./node-user.ts";
import { isPathQuestion, type Decision, type Question } from "./question.ts";
import { makeRoleBindings } from "./rbac.ts";
import { ruleAllows } from "./rules.ts";

export interface Authorizer {
  decide(user: User, question: Question): Decision;
  /** Every rule that roles give the user in a namespace, and what could not be found out. */
  rulesFor(user: User, namespace: string | undefined): UserRules;
  /** The rules of a role as a binding in `namespace` means it; undefined when it does not exist. */
  rulesOfRole(roleRef: RoleRef, namespace: string | undefined): readonly PolicyRule[] | undefined;
}

export interface UserRules {
  readonly rules: readonly PolicyRule[];
  readonly errors: readonly string[];
}

export interface AuthorizationWorld {
  readonly cache: Cache;
  readonly kinds: KindTable;
}

export const masters = "system:masters";

const granted: Decision = { isAllowed: true, reason: "" };

export function makeAuthorizer(world: AuthorizationWorld): Authorizer {
  const bindings = makeRoleBindings(world);

  const decideByRoles = (user: User, question: Question): Decision => {
    const errors: string[] = [];
    const namespace = isPathQuestion(question) ? undefined : question.namespace;
    for (const { rules, error, why } of bindings.grantsOf(user, namespace)) {
      if (error !== undefined) errors.push(error);
      if (rules.some((rule) => ruleAllows(rule, question))) return { isAllowed: true, reason: why() };
    }
    return { isAllowed: false, reason: errors.length === 0 ? "" : `RBAC: ${together(errors)}` };
  };

  return {
    decide: (user, question) => {
      if (user.groups.includes(masters)) return granted;
      const node = nodeOfUser(user);
      const against =
        node === undefined || isPathQuestion(question) ? "" : authorizeNode(node, question, world);
      if (against === undefined) return granted;
      const byRoles = decideByRoles(user, question);
      if (byRoles.isAllowed) return byRoles;
      const reasons = [against, byRoles.reason].filter((reason) => reason !== "");
      return { isAllowed: false, reason: reasons.join("\n") };
    },
    rulesFor: (user, namespace) => {
      const grants = [...bindings.grantsOf(user, namespace)];
      return {
        rules: grants.flatMap(({ rules }) => rules),
        errors: grants.flatMap(({ error }) => (error === undefined ? [] : [error])),
      };
    },
    rulesOfRole: bindings.rulesOf,
  };
}

/** Several errors as Go prints them together. */
const together = (errors: readonly string[]): string =>
  errors.length === 1 ? (errors[0] ?? "") : `[${[...new Set(errors)].join(", ")}]`;
