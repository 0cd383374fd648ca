/**
 * policy/v1beta1 budgets: there an empty selector speaks of no pod, in policy/v1 of every pod. What the one version
 * can say and the other cannot is said by a label that no pod has, as Kubernetes does. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import type { Conversion } from "../../other-version.ts";
import { inSpec, type Fields } from "../fields.ts";

const key = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";
const empty: Fields = {};
const labelled: Fields = { matchExpressions: [{ key, operator: "Exists" }] };
const unlabelled: Fields = { matchExpressions: [{ key, operator: "DoesNotExist" }] };

const swapped = (pairs: readonly (readonly [from: Fields, to: Fields])[]): Conversion =>
  inSpec((spec) => {
    const pair = pairs.find(([from]) => isDeepStrictEqual(spec["selector"], from));
    return pair === undefined ? spec : { ...spec, selector: pair[1] };
  });

export const readDisruptionBudget = swapped([
  [empty, labelled],
  [unlabelled, empty],
]);

export const writeDisruptionBudget = swapped([
  [labelled, empty],
  [empty, unlabelled],
]);
