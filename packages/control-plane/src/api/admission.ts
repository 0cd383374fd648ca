/**
 * What happens to every attempt to write, after defaulting: first those that may change the object, in order, then,
 * after validation, those that may only refuse.
 *
 * Both run for everybody. Pure but for reading the cache, except where an admitter must ask somebody else (webhooks).
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Random } from "@kubus/shared/chance/random.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Cache } from "../cache/cache.ts";
import type { Kind } from "../kinds/kind.ts";
import type { KindTable } from "../kinds/kind-table.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { AdmissionMemory } from "./admission/memory.ts";
import type { Authorizer } from "./authorization/authorizer.ts";
import { certificateConditions, certificateRequests } from "./admission/certificate-requests.ts";
import { defaultIngressClass, defaultStorageClass } from "./admission/default-class.ts";
import { defaultTolerationSeconds } from "./admission/default-toleration-seconds.ts";
import { limitRanger, limitRangerDefaults } from "./admission/limit-ranger.ts";
import { namespaceLifecycle } from "./admission/namespace-lifecycle.ts";
import { nodeRestriction } from "./admission/node-restriction.ts";
import { ownerReferencesPermissionEnforcement } from "./admission/owner-references-permission-enforcement.ts";
import { persistentVolumeClaimResize } from "./admission/persistent-volume-claim-resize.ts";
import { podSecurity } from "./admission/pod-security/pod-security.ts";
import { validatingAdmissionPolicy } from "./admission/policies/validating-admission-policy.ts";
import { priority, priorityClass } from "./admission/priority.ts";
import { roleEscalation } from "./admission/role-escalation.ts";
import { resourceQuota } from "./admission/quota/resource-quota.ts";
import { serviceAccount } from "./admission/service-account.ts";
import { runtimeClass, runtimeClassOverhead } from "./admission/runtime-class.ts";
import { storageProtection } from "./admission/storage-protection.ts";
import { serviceAddresses } from "./admission/service-addresses.ts";
import { serviceRelease } from "./admission/service-release.ts";
import type { WebhookCaller } from "./admission/webhooks/caller.ts";
import { mutatedByAll, mutatingWebhooksOfActs } from "./admission/webhooks/mutating.ts";
import { validatingWebhooks } from "./admission/webhooks/validating.ts";
import type { Objects } from "./objects.ts";
import type { User } from "./request.ts";

export interface Attempt {
  readonly operation: "create" | "update" | "delete" | "connect";
  /** The kind as it is stored. */
  readonly kind: Kind;
  /** The row that the client spoke of. */
  readonly served: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string | undefined;
  readonly user: User;
  readonly dryRun: boolean;
  /** As it would be written; for a deletion as it is. */
  readonly object: KubeObject;
  /** As it is; undefined for a creation. */
  readonly previous: KubeObject | undefined;
}

export interface AdmissionWorld {
  readonly cache: Cache;
  readonly kinds: KindTable;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly authorizer: Authorizer;
  /** What this server remembers between requests. */
  readonly memory: AdmissionMemory;
  readonly serviceCidr: string | undefined;
  readonly webhooks: WebhookCaller | undefined;
  /** To write other objects than the one that the attempt is about. */
  readonly objects: Objects;
  /** Called when the write is over, whatever became of it. Must not reject. */
  readonly afterwards: (leave: () => void | Promise<void>) => void;
  /** For people: sent as `Warning` headers with the answer. */
  readonly warn: (warning: string) => void;
  /** For the audit log. */
  readonly annotate: (key: string, value: string) => void;
}

/** Looks at one attempt. Throws a `Refusal`, or says nothing. */
export type Admitter = (attempt: Attempt, world: AdmissionWorld) => void | Promise<void>;

/** Gives back the object as it shall be. Throws a `Refusal` when there is no such form. */
export type Mutator = (attempt: Attempt, world: AdmissionWorld) => KubeObject | Promise<KubeObject>;

/** An admitter that already speaks while there is nothing to validate yet. */
const first =
  (admitter: Admitter): Mutator =>
  async (attempt, world) => {
    await admitter(attempt, world);
    return attempt.object;
  };

/** In Kubernetes' order. */
const mutators: readonly Mutator[] = [
  first(namespaceLifecycle),
  limitRangerDefaults,
  serviceAccount,
  certificateConditions,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageProtection,
  runtimeClass,
  defaultIngressClass,
];

/** Those outside who are asked about what is done, and not only about what is written. */
const outsiders: readonly Admitter[] = [
  mutatingWebhooksOfActs,
  validatingAdmissionPolicy,
  validatingWebhooks,
];

const admitters: readonly Admitter[] = [
  limitRanger,
  nodeRestriction,
  podSecurity,
  roleEscalation,
  certificateRequests,
  priorityClass,
  ownerReferencesPermissionEnforcement,
  persistentVolumeClaimResize,
  runtimeClassOverhead,
  serviceRelease,
  ...outsiders,
  // Last: what it charges is charged for an object that nobody refuses any more.
  resourceQuota,
];

/** After everybody else: what it takes, it takes for the object as it will be. */
const lastMutators: readonly Mutator[] = [serviceAddresses];

const inTurn = async (
  list: readonly Mutator[],
  attempt: Attempt,
  world: AdmissionWorld,
): Promise<KubeObject> => {
  let { object } = attempt;
  for (const mutator of list) object = await mutator({ ...attempt, object }, world);
  return object;
};

/** The object as all mutators left it. Rejects with the first refusal. */
export async function mutate(attempt: Attempt, world: AdmissionWorld): Promise<KubeObject> {
  const object = await mutatedByAll(attempt, world, (draft) =>
    inTurn(mutators, { ...attempt, object: draft }, world),
  );
  return inTurn(lastMutators, { ...attempt, object }, world);
}

/** Rejects with the first refusal. */
export async function admit(attempt: Attempt, world: AdmissionWorld): Promise<void> {
  for (const admitter of admitters) await admitter(attempt, world);
}

/** As `admit`, of a connection to something that runs. */
export async function admitConnection(attempt: Attempt, world: AdmissionWorld): Promise<void> {
  for (const admitter of outsiders) await admitter(attempt, world);
}
