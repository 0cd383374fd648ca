/**
 * What a board may ask for: itself, the pods bound to it, and what those pods refer to.
 *
 * Every rule returns a reason against it, or undefined. Which fields it may change is NodeRestriction's matter.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Kind } from "../../kinds/kind.ts";
import { parseFieldSelector } from "../selectors.ts";
import type { Attributes, AuthorizationWorld } from "./authorize.ts";
import { refersTo } from "./pod-references.ts";

type Rule = (node: string, attributes: Attributes, world: AuthorizationWorld) => string | undefined;

const reads = ["get", "list", "watch"];
const isRead = ({ verb, subresource }: Attributes) => reads.includes(verb) && subresource === undefined;

export const authorizeNode: Rule = (node, attributes, world) => {
  const rule = rules[`${attributes.kind.group}/${attributes.kind.plural}`];
  return rule === undefined
    ? "no relationship found between the node and this object"
    : rule(node, attributes, world);
};

const readOnly: Rule = (_, attributes) => (isRead(attributes) ? undefined : "nodes may only read these");

const rules: Readonly<Record<string, Rule>> = {
  "/nodes": (node, attributes) => {
    if (isRead(attributes) || attributes.verb === "create") return undefined;
    const { name, verb, subresource } = attributes;
    if (name !== node) return "a node may only change itself";
    const isChange = verb === "update" || verb === "patch";
    return isChange && (subresource === undefined || subresource === "status")
      ? undefined
      : "a node may only update itself and its status";
  },
  "/services": readOnly,
  "/namespaces": readOnly,
  "/pods": authorizePods,
  "/secrets": authorizeReferenced,
  "/configmaps": authorizeReferenced,
  "/serviceaccounts": authorizeReferenced,
  "/events": (_, { verb }) =>
    ["create", "patch", "update"].includes(verb) ? undefined : "a node may only write events",
  "coordination.k8s.io/leases": (node, { namespace, name, verb }) => {
    const isOwn = namespace === "kube-node-lease" && (name === node || verb === "create");
    return isOwn ? undefined : "can only access node lease with the same name as the requesting node";
  },
};

function authorizePods(
  node: string,
  attributes: Attributes,
  { cache }: AuthorizationWorld,
): string | undefined {
  const { verb, kind, namespace, name, subresource, fieldSelector } = attributes;
  if (verb === "list" || verb === "watch") {
    const isOwn = selectedValue(kind, fieldSelector, "spec.nodeName") === node;
    return isOwn ? undefined : `can only list pods with the field selector spec.nodeName=${node}`;
  }
  if (name === undefined) return "can only work with pods by name";
  const pod = cache.get(kind, namespace, name) as Pod | undefined;
  // A pod that is not there is answered with 404, which tells nothing.
  if (pod !== undefined && pod.spec.nodeName !== node)
    return "can only work with pods that are bound to the node";
  const granted = podGrants[subresource ?? ""] ?? [];
  return granted.includes(verb) ? undefined : "this is not for nodes";
}

const podGrants: Readonly<Record<string, readonly string[]>> = {
  "": ["get", "delete"],
  status: ["get", "update", "patch"],
  eviction: ["create"],
};

/** What a field selector demands of a field, read by the parser that the answer is selected by. */
const selectedValue = (kind: Kind, text: string | undefined, field: string): string | undefined =>
  parseFieldSelector(kind, text ?? "").find((term) => term.field === field && term.operator === "=")?.value;

/** Secrets and the like: those that a pod of this board refers to, each by its name. */
function authorizeReferenced(
  node: string,
  attributes: Attributes,
  { cache, kinds }: AuthorizationWorld,
): string | undefined {
  const { kind, namespace, fieldSelector } = attributes;
  const name = attributes.name ?? selectedValue(kind, fieldSelector, "metadata.name");
  if (!isRead(attributes) || name === undefined) return "can only read objects by name";
  const podKind = kinds.byType("v1", "Pod");
  const pods = podKind === undefined ? [] : (cache.onNode(podKind, node) as readonly Pod[]);
  const isReferenced = pods.some(
    (pod) => pod.metadata.namespace === namespace && refersTo(pod, kind.plural, name),
  );
  return isReferenced ? undefined : "no relationship found between the node and this object";
}
