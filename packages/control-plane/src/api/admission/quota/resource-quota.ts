/**
 * ResourceQuota: what a namespace holds together stays within its quotas, exactly, also when many create at once.
 *
 * Runs last before an object is stored. Namespaces without a quota, and kinds that none limits, pay nothing.
 */
import type { ResourceQuota } from "@kubus/shared/api/core.ts";
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { AdmissionWorld, Admitter, Attempt } from "../../admission.ts";
import { add, amountsOf, picked, shown, subtract, zero, type Amounts } from "../amounts.ts";
import { listed, refused } from "../concerns.ts";
import type { Charge, Ledger } from "./booking.ts";
import { limitedFor, matchesScopes, unsaid } from "./scopes.ts";
import { usageOf } from "./usage.ts";

export const resourceQuota: Admitter = async (attempt, world) => {
  if (attempt.namespace === undefined || !isCharged(attempt)) return;
  const quotas = listed<ResourceQuota>(world, "v1", "ResourceQuota", attempt.namespace).filter((quota) =>
    isAbout(quota, attempt),
  );
  if (quotas.length === 0) return;
  for (const quota of quotas) checkDemands(quota, attempt);
  const delta = taken(attempt, world);
  if (Object.keys(delta).length === 0) return;
  const charges = quotas
    .map((quota) => chargeOf(quota, delta, attempt))
    .filter(({ amounts }) => isSome(amounts));
  // Most refusals are known without writing anything.
  for (const { quota, check } of charges) check(amountsOf(quota.status?.used), amountsOf(quota.status?.hard));
  if (!attempt.dryRun) await chargeAll(charges, world);
};

/** Changes of a service and of a claim may take more; of everything else only the first write counts. */
function isCharged({ operation, kind, subresource }: Attempt): boolean {
  const isCore = kind.group === "";
  if (subresource !== undefined) return isCore && kind.plural === "pods" && subresource === "resize";
  if (operation === "create") return true;
  return operation === "update" && isCore && ["services", "persistentvolumeclaims"].includes(kind.plural);
}

/** Before the quota controller has looked for the first time, what the spec limits. */
const limitedBy = (quota: ResourceQuota, { kind }: Attempt): readonly string[] =>
  limitedFor(kind, quota.status?.hard ?? quota.spec.hard ?? {});

const isAbout = (quota: ResourceQuota, attempt: Attempt): boolean =>
  limitedBy(quota, attempt).length > 0 && matchesScopes(quota, attempt.kind, attempt.object);

function checkDemands(quota: ResourceQuota, attempt: Attempt): void {
  const { kind, object } = attempt;
  const { name } = quota.metadata;
  const limited = limitedBy(quota, attempt);
  const { hard, used = {} } = quota.status ?? {};
  // Before the quota controller has counted, nobody knows what is left.
  const unknown = limited.filter((resource) => hard === undefined || used[resource] === undefined);
  if (unknown.length > 0)
    throw refused(attempt, `status unknown for quota: ${name}, resources: ${unknown.toSorted().join(",")}`);
  const why = unsaid(kind, object, limited);
  if (why !== undefined) throw refused(attempt, `failed quota: ${name}: ${why}`);
}

/** What the write takes that was not taken before. */
function taken({ kind, operation, object, previous }: Attempt, { clock }: AdmissionWorld): Amounts {
  const after = usageOf(kind, object, clock.now());
  const before = operation === "update" && previous !== undefined ? usageOf(kind, previous, clock.now()) : {};
  return Object.fromEntries(
    Object.entries(subtract(after, before)).filter(([, { billionths }]) => billionths > 0n),
  );
}

const isSome = (amounts: Amounts): boolean => Object.keys(amounts).length > 0;

function chargeOf(quota: ResourceQuota, delta: Amounts, attempt: Attempt): Charge {
  const amounts = picked(delta, Object.keys(quota.status?.hard ?? {}));
  const check = (used: Amounts, hard: Amounts): void => {
    const requested = picked(delta, Object.keys(hard));
    const next = add(used, requested);
    const exceeded = Object.keys(requested).filter(
      (name) => (next[name] ?? zero).billionths > (hard[name] ?? zero).billionths,
    );
    if (exceeded.length === 0) return;
    const parts = [requested, used, hard].map((list) => listText(picked(list, exceeded)));
    throw refused(
      attempt,
      `exceeded quota: ${quota.metadata.name}, requested: ${parts[0] ?? ""}, used: ${parts[1] ?? ""}, limited: ${parts[2] ?? ""}`,
    );
  };
  return { quota, amounts, check };
}

const listText = (amounts: Amounts): string =>
  Object.entries(amounts)
    .map(([name, amount]) => `${name}=${shown(amount)}`)
    .sort()
    .join(",");

/** One quota after the other. When a later one refuses, the controller gives back what was charged to the earlier. */
async function chargeAll(charges: readonly Charge[], world: AdmissionWorld): Promise<void> {
  const { memory, afterwards } = world;
  const ledger = ledgerOf(world);
  for (const charge of charges.toSorted((a, b) => (keyOf(a.quota) < keyOf(b.quota) ? -1 : 1)))
    afterwards(await memory.accounts.charge(charge, ledger));
}

function ledgerOf({ cache, kinds, objects }: AdmissionWorld): Ledger {
  const kind = kinds.byType("v1", "ResourceQuota");
  return {
    read: ({ metadata: { namespace, name, uid } }) => {
      const newest = kind === undefined ? undefined : cache.get(kind, namespace, name);
      return newest?.metadata.uid === uid ? (newest as ResourceQuota) : undefined;
    },
    write: (quota) => (kind === undefined ? Promise.resolve() : objects.updateStatus(kind, quota)),
  };
}
