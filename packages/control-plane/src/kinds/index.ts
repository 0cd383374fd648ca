/**
 * THE table of kinds. Routes, discovery, OpenAPI, printing, controllers and docs are loops over it.
 *
 * Order is that of discovery: `kubectl get all` prints in it.
 */
import type { Kind } from "./kind.ts";
import { configMapKind } from "./configmap/kind.ts";
import { deploymentKind } from "./deployment/kind.ts";
import { eventKind } from "./event/kind.ts";
import { leaseKind } from "./lease/kind.ts";
import { namespaceKind } from "./namespace/kind.ts";
import { nodeKind } from "./node/kind.ts";
import { podKind } from "./pod/kind.ts";
import { replicaSetKind } from "./replicaset/kind.ts";
import { replicationControllerKind } from "./replicationcontroller/kind.ts";
import { secretKind } from "./secret/kind.ts";
import { serviceKind } from "./service/kind.ts";
import { serviceAccountKind } from "./serviceaccount/kind.ts";

export const kinds: readonly Kind[] = [
  configMapKind,
  eventKind,
  namespaceKind,
  nodeKind,
  podKind,
  replicationControllerKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
  deploymentKind,
  replicaSetKind,
  leaseKind,
];

export {
  configMapKind,
  deploymentKind,
  eventKind,
  leaseKind,
  namespaceKind,
  nodeKind,
  podKind,
  replicaSetKind,
  replicationControllerKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
};

const byType = new Map(kinds.map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, kind]));
const byResource = new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind]));

/** As objects name it: `v1`, `apps/v1`. */
export function apiVersionOf({ group, version }: Pick<Kind, "group" | "version">): string {
  return group === "" ? version : `${group}/${version}`;
}

export const kindOf = (apiVersion: string, kind: string): Kind | undefined =>
  byType.get(`${apiVersion}/${kind}`);

/** `group` is empty for the core group. */
export const kindByResource = (group: string, version: string, plural: string): Kind | undefined =>
  byResource.get(`${group}/${version}/${plural}`);
