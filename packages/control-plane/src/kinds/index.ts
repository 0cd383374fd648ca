/**
 * THE table of kinds. Routes, discovery, OpenAPI, printing, controllers and docs are loops over it.
 *
 * A kind is a folder in the folder of its group, and a line in that group's index. Groups stand in the order of
 * discovery: `kubectl get all` prints in it.
 */
import type { Kind } from "./kind.ts";
import { apiVersionOf, isStored } from "./kind-table.ts";
import { admissionregistrationKinds } from "./admissionregistration/index.ts";
import { apiextensionsKinds } from "./apiextensions/index.ts";
import { apiregistrationKinds } from "./apiregistration/index.ts";
import { appsKinds } from "./apps/index.ts";
import { authenticationKinds } from "./authentication/index.ts";
import { authorizationKinds } from "./authorization/index.ts";
import { autoscalingKinds } from "./autoscaling/index.ts";
import { batchKinds } from "./batch/index.ts";
import { certificatesKinds } from "./certificates/index.ts";
import { coordinationKinds } from "./coordination/index.ts";
import { coreKinds } from "./core/index.ts";
import { discoveryKinds } from "./discovery/index.ts";
import { eventsKinds } from "./events/index.ts";
import { legacyRows, type LegacyApis } from "./legacy/index.ts";
import { metricsKinds } from "./metrics/index.ts";
import { networkingKinds } from "./networking/index.ts";
import { nodeKinds } from "./node/index.ts";
import { policyKinds } from "./policy/index.ts";
import { rbacKinds } from "./rbac/index.ts";
import { schedulingKinds } from "./scheduling/index.ts";
import { storageKinds } from "./storage/index.ts";

/** The rows of today's groups and versions. */
const kindsOfToday: readonly Kind[] = [
  ...coreKinds,
  ...apiregistrationKinds,
  ...appsKinds,
  ...eventsKinds,
  ...authenticationKinds,
  ...authorizationKinds,
  ...autoscalingKinds,
  ...batchKinds,
  ...certificatesKinds,
  ...networkingKinds,
  ...policyKinds,
  ...rbacKinds,
  ...storageKinds,
  ...admissionregistrationKinds,
  ...apiextensionsKinds,
  ...schedulingKinds,
  ...coordinationKinds,
  ...nodeKinds,
  ...discoveryKinds,
  ...metricsKinds,
];

/** Every built-in row: what is stored, its other versions, also those of old, and what is never stored. */
export const servedWith = (legacyApis: LegacyApis): readonly Kind[] => [
  ...kindsOfToday,
  ...legacyRows(kindsOfToday, legacyApis),
];

export const servedKinds: readonly Kind[] = servedWith("hidden");

/** The rows that objects are stored as. */
export const kinds: readonly Kind[] = servedKinds.filter(isStored);

export { apiVersionOf };
export * from "./apiregistration/index.ts";
export * from "./admissionregistration/index.ts";
export * from "./apps/index.ts";
export * from "./autoscaling/index.ts";
export * from "./batch/index.ts";
export * from "./policy/index.ts";
export * from "./scheduling/index.ts";
export * from "./coordination/index.ts";
export * from "./core/index.ts";
export * from "./discovery/index.ts";
export * from "./networking/index.ts";
export * from "./node/index.ts";
export * from "./certificates/index.ts";
export * from "./rbac/index.ts";
export * from "./storage/index.ts";

const byType = new Map(servedKinds.map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, kind]));

/** A built-in row by what objects say of themselves. */
export const kindOf = (apiVersion: string, kind: string): Kind | undefined =>
  byType.get(`${apiVersion}/${kind}`);
