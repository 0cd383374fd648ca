/**
 * What a board may ask for: itself, the pods bound to it, and what those pods refer to.
 *
 * Every rule returns a reason against it, or undefined. Which fields it may change is NodeRestriction's matter.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { parseFieldSelector } from "../selectors.ts";
import type { AuthorizationWorld } from "./authorizer.ts";
import { claimsOf, refersTo } from "./pod-references.ts";
import type { ResourceQuestion } from "./question.ts";

type Rule = (node: string, question: ResourceQuestion, world: AuthorizationWorld) => string | undefined;

const reads = ["get", "list", "watch"];
const isRead = ({ verb, subresource }: ResourceQuestion) => reads.includes(verb) && subresource === undefined;
const isChange = ({ verb }: ResourceQuestion) => verb === "update" || verb === "patch";
const unrelated = (node: string) => `no relationship found between node '${node}' and this object`;

export const authorizeNode: Rule = (node, question, world) => {
  const rule = rules[`${question.group}/${question.resource}`];
  return rule === undefined ? unrelated(node) : rule(node, question, world);
};

const readOnly: Rule = (_, question) => (isRead(question) ? undefined : "nodes may only read these");

/** Questions that are answered and never stored. */
const createOnly: Rule = (_, { verb }) => (verb === "create" ? undefined : "nodes may only create these");

/** What carries the board's own name. */
const ownName: Rule = (node, { name, verb }) =>
  name === node || verb === "create"
    ? undefined
    : `can only access an object with the same name as the requesting node`;

const rules: Readonly<Record<string, Rule>> = {
  "/nodes": (node, question) => {
    if (isRead(question) || question.verb === "create") return undefined;
    const { name, subresource } = question;
    if (name !== node) return "a node may only change itself";
    return isChange(question) && (subresource === undefined || subresource === "status")
      ? undefined
      : "a node may only update itself and its status";
  },
  "/services": readOnly,
  "/namespaces": readOnly,
  "/pods": authorizePods,
  "/secrets": authorizeReferenced,
  "/configmaps": authorizeReferenced,
  "/serviceaccounts": (node, question, world) =>
    question.subresource === "token"
      ? authorizeToken(node, question, world)
      : authorizeReferenced(node, question, world),
  "/persistentvolumeclaims": authorizeClaim,
  "/persistentvolumes": authorizeVolume,
  "/events": (_, { verb }) =>
    ["create", "patch", "update"].includes(verb) ? undefined : "a node may only write events",
  "events.k8s.io/events": (_, { verb }) =>
    ["create", "patch", "update"].includes(verb) ? undefined : "a node may only write events",
  "coordination.k8s.io/leases": (node, { namespace, name, verb }) => {
    const isOwn = namespace === "kube-node-lease" && (name === node || verb === "create");
    return isOwn ? undefined : "can only access node lease with the same name as the requesting node";
  },
  "discovery.k8s.io/endpointslices": readOnly,
  "/endpoints": readOnly,
  "node.k8s.io/runtimeclasses": readOnly,
  "storage.k8s.io/csidrivers": readOnly,
  "storage.k8s.io/csinodes": ownName,
  "authentication.k8s.io/tokenreviews": createOnly,
  "authorization.k8s.io/subjectaccessreviews": createOnly,
  "authorization.k8s.io/localsubjectaccessreviews": createOnly,
  "certificates.k8s.io/certificatesigningrequests": (_, question) =>
    isRead(question) || question.verb === "create" ? undefined : "nodes may only create and read these",
};

function authorizePods(
  node: string,
  question: ResourceQuestion,
  world: AuthorizationWorld,
): string | undefined {
  const { verb, namespace, name, subresource } = question;
  const kind = world.kinds.byType("v1", "Pod");
  if (kind === undefined) return unrelated(node);
  if (verb === "list" || verb === "watch") {
    const isOwn = selectedValue(world, question, "spec.nodeName") === node;
    return isOwn ? undefined : `can only list pods with the field selector spec.nodeName=${node}`;
  }
  if (name === undefined) return "can only work with pods by name";
  const pod = world.cache.get(kind, namespace, name) as Pod | undefined;
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
function selectedValue(
  { kinds }: AuthorizationWorld,
  { group, resource, fieldSelector = "" }: ResourceQuestion,
  field: string,
): string | undefined {
  const kind = kinds.byResource(group, "v1", resource);
  if (kind === undefined) return undefined;
  return parseFieldSelector(kind, fieldSelector).find((term) => term.field === field && term.operator === "=")
    ?.value;
}

const podsOn = (node: string, { cache, kinds }: AuthorizationWorld): readonly Pod[] => {
  const podKind = kinds.byType("v1", "Pod");
  return podKind === undefined ? [] : (cache.onNode(podKind, node) as readonly Pod[]);
};

/** Secrets and the like: those that a pod of this board refers to, each by its name. */
function authorizeReferenced(
  node: string,
  question: ResourceQuestion,
  world: AuthorizationWorld,
): string | undefined {
  const { resource, namespace } = question;
  const name = question.name ?? selectedValue(world, question, "metadata.name");
  if (!isRead(question) || name === undefined) return "can only read objects by name";
  return podsOn(node, world).some(
    (pod) => pod.metadata.namespace === namespace && refersTo(pod, resource, name),
  )
    ? undefined
    : unrelated(node);
}

/** Tokens for the service accounts of its pods. That each is bound to such a pod is NodeRestriction's matter. */
function authorizeToken(
  node: string,
  question: ResourceQuestion,
  world: AuthorizationWorld,
): string | undefined {
  const { verb, namespace, name } = question;
  if (verb !== "create" || name === undefined)
    return "can only create tokens for individual service accounts";
  const isUsed = podsOn(node, world).some(
    ({ metadata, spec }) => metadata.namespace === namespace && spec.serviceAccountName === name,
  );
  return isUsed ? undefined : unrelated(node);
}

function authorizeClaim(
  node: string,
  question: ResourceQuestion,
  world: AuthorizationWorld,
): string | undefined {
  const { verb, namespace, name, subresource } = question;
  const isOfSize = subresource === "status" && (verb === "get" || isChange(question));
  if (!isOfSize && !(verb === "get" && subresource === undefined))
    return "can only get individual resources of this type";
  const isMounted = podsOn(node, world).some(
    (pod) => pod.metadata.namespace === namespace && name !== undefined && claimsOf(pod).includes(name),
  );
  return isMounted ? undefined : unrelated(node);
}

interface Bound {
  readonly spec?: { readonly volumeName?: string };
}

/** The volumes behind its pods' claims. */
function authorizeVolume(
  node: string,
  question: ResourceQuestion,
  world: AuthorizationWorld,
): string | undefined {
  const { verb, name, subresource } = question;
  if (verb !== "get" || subresource !== undefined || name === undefined)
    return "can only get individual resources of this type";
  const claimKind = world.kinds.byType("v1", "PersistentVolumeClaim");
  const isBehind = podsOn(node, world).some((pod) =>
    claimsOf(pod).some((claim) => {
      const found =
        claimKind === undefined ? undefined : world.cache.get(claimKind, pod.metadata.namespace, claim);
      return (found as Bound | undefined)?.spec?.volumeName === name;
    }),
  );
  return isBehind ? undefined : unrelated(node);
}
