/** Admission policies: each is checked once for each of its generations. */
import type { ValidatingAdmissionPolicy } from "@kubus/shared/api/admissionregistration.ts";
import type { Cache } from "../../cache/cache.ts";
import { servedKinds, validatingAdmissionPolicyKind } from "../../kinds/index.ts";
import { apiVersionOf } from "../../kinds/kind-table.ts";
import type { Kind } from "../../kinds/kind.ts";
import { defineController } from "../engine/controller.ts";
import { wakeSelf } from "../workload/wake.ts";
import { isNamed, reconcile, type PolicyView } from "./reconcile.ts";

export const admissionPolicyController = defineController<PolicyView>({
  name: "admission-policy",
  guarantee: "A ValidatingAdmissionPolicy says which of its expressions cannot be right.",
  watches: [{ kind: validatingAdmissionPolicyKind, wakes: wakeSelf }],
  observe: (name, { cache }) => {
    const policy = cache.get<ValidatingAdmissionPolicy>(validatingAdmissionPolicyKind, undefined, name);
    const { matchConstraints, paramKind } = policy?.spec ?? {};
    const rules = matchConstraints?.resourceRules ?? [];
    const rows = rowsOf(cache);
    return {
      policy,
      kinds: rows.filter((row) => rules.some((rule) => isNamed(rule, row))),
      params: rows.find((row) => apiVersionOf(row) === paramKind?.apiVersion && row.kind === paramKind.kind),
    };
  },
  reconcile,
  isGone: ({ policy }) => policy === undefined,
});

/** Built-in rows in all of their versions, and custom kinds as they are stored. */
const rowsOf = (cache: Cache): readonly Kind[] => [...new Set([...servedKinds, ...cache.kinds()])];
