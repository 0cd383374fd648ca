/** Whether a webhook or a policy is about an attempt, and in which version it wants to see it. */
import type { MatchPolicy, NamedRule } from "@kubus/shared/api/admissionregistration.ts";
import type { KubeObject, LabelSelector } from "@kubus/shared/api/meta.ts";
import type { Kind } from "../../../kinds/kind.ts";
import type { AdmissionWorld } from "../../admission.ts";
import { labelQueryOf, matchesLabels } from "../../selectors.ts";
import { found } from "../concerns.ts";
import type { Presented } from "./presented.ts";

export interface Match {
  readonly matchPolicy?: MatchPolicy;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly rules?: readonly NamedRule[];
  readonly excludeRules?: readonly NamedRule[];
}

type Lookup = Pick<AdmissionWorld, "cache" | "kinds">;

/** What decides on admission is never subject to it: nobody could repair a webhook that refuses everything. */
export const isExempt = ({ asked }: Presented): boolean =>
  asked.group === "admissionregistration.k8s.io" &&
  /^(mutating|validating)(webhookconfigurations|admissionpolic(y|ies|ybindings))$/.test(asked.plural);

/** The row that the first matching rule means, or undefined. */
export function matchedRow(match: Match, whole: Presented, world: Lookup): Kind | undefined {
  const rows = [whole.asked, ...(match.matchPolicy === "Exact" ? [] : equivalents(whole.asked, world))];
  const rowFor = (rules: readonly NamedRule[] = []) =>
    rows.find((row) => rules.some((rule) => matchesRule(rule, row, whole)));
  const row = rowFor(match.rules);
  if (row === undefined || rowFor(match.excludeRules) !== undefined) return undefined;
  const fits =
    matchesNamespace(match.namespaceSelector, whole, world) && matchesObject(match.objectSelector, whole);
  return fits ? row : undefined;
}

/** Other rows that speak of the same stored kind. */
function equivalents(asked: Kind, { kinds }: Lookup): readonly Kind[] {
  const stored = asked.storedAs?.kind ?? asked;
  return kinds.served().filter((row) => row !== asked && (row === stored || row.storedAs?.kind === stored));
}

function matchesRule(rule: NamedRule, row: Kind, { operation, subresource, name }: Presented): boolean {
  const has = (list: readonly string[], word: string) => list.includes("*") || list.includes(word);
  const { operations, apiGroups, apiVersions, resources, resourceNames = [], scope = "*" } = rule;
  return (
    has(operations, operation) &&
    has(apiGroups, row.group) &&
    has(apiVersions, row.version) &&
    resources.some((resource) => matchesResource(resource, row.plural, subresource)) &&
    (resourceNames.length === 0 || resourceNames.includes(name)) &&
    (scope === "*" || (scope === "Cluster") === (row.scope === "Cluster" || isNamespace(row)))
  );
}

/** `pods`, `pods/status`, `pods/*`, `*`, `*\/status`, `*\/*`. */
function matchesResource(text: string, plural: string, subresource: string): boolean {
  const [resource = "", sub = ""] = text.split("/");
  const isMeant = resource === "*" || resource === plural;
  return isMeant && (sub === subresource || (sub === "*" && text.includes("/")));
}

const isNamespace = ({ group, plural }: Kind) => group === "" && plural === "namespaces";

function matchesNamespace(selector: LabelSelector | undefined, whole: Presented, world: Lookup): boolean {
  const { asked, object, namespace, name, operation } = whole;
  const query = selector === undefined ? [] : labelQueryOf(selector);
  if (query.length === 0) return true;
  if (isNamespace(asked)) {
    const isWritten = operation === "CREATE" || operation === "UPDATE";
    return matchesLabels(query, isWritten ? object?.metadata.labels : labelsOf(name, world));
  }
  // What lies in no namespace is outside of every selection of namespaces, and is asked about always.
  return namespace === "" || matchesLabels(query, labelsOf(namespace, world));
}

/** Namespaces that always exist carry their name also before they were written down. */
const labelsOf = (name: string, world: Lookup): Readonly<Record<string, string>> =>
  found<KubeObject>(world, "v1", "Namespace", { name })?.metadata.labels ?? {
    "kubernetes.io/metadata.name": name,
  };

/** Either the object as it will be or as it was. */
function matchesObject(selector: LabelSelector | undefined, { object, previous }: Presented): boolean {
  const query = selector === undefined ? [] : labelQueryOf(selector);
  if (query.length === 0) return true;
  return [object, previous].some(
    (one) =>
      one !== undefined &&
      (one.metadata as unknown) !== undefined &&
      matchesLabels(query, one.metadata.labels),
  );
}
