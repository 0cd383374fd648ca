/**
 * How the parts of the control plane are, asked anew each time, as far as this server can know.
 *
 * The store must answer; controllers and scheduler run on the server that holds their lease and renews it.
 */
import type { ComponentCondition, ComponentStatus, Lease } from "@kubus/shared/api/core.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { leadershipLimits, leaseTarget } from "../../leadership/claim.ts";
import { formatKey } from "../../store/key.ts";
import type { Act } from "../call.ts";
import type { ApiState } from "../ports.ts";
import { notFound } from "../refusals.ts";
import { answer, answerList } from "../render.ts";
import { selectionOf } from "../selection.ts";

/** Clocks of servers may differ so much before a lease looks abandoned. */
const clockSkewMaxMs = 30_000;

export const getComponentStatus: Act = async (state, call) => {
  const { kind, name = "" } = call;
  const probe = Object.hasOwn(probes, name) ? probes[name] : undefined;
  if (probe === undefined) throw notFound(kind, name);
  return answer(state, call, componentOf(name, await probe(state)));
};

export const listComponentStatuses: Act = async (state, call) => {
  const { matches } = selectionOf(call);
  const all = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => componentOf(name, await probe(state))),
  );
  return answerList(state, call, { resourceVersion: "", objects: all.filter(matches) });
};

type Probe = (state: ApiState) => Promise<ComponentCondition>;

const probes: Readonly<Record<string, Probe>> = {
  "controller-manager": (state) => Promise.resolve(leaderCondition(state)),
  scheduler: (state) => Promise.resolve(leaderCondition(state)),
  store: storeCondition,
};

const healthy: ComponentCondition = { type: "Healthy", status: "True", message: "ok" };
const unhealthy = (error: string): ComponentCondition => ({ type: "Healthy", status: "False", error });

const leaseKey = { group: "coordination.k8s.io", plural: "leases", ...leaseTarget };

async function storeCondition({ stores, unready }: ApiState): Promise<ComponentCondition> {
  const why = unready();
  if (why !== undefined) return unhealthy(why);
  try {
    await stores.durable.get(formatKey(leaseKey));
    return healthy;
  } catch (error) {
    return unhealthy(error instanceof Error ? error.message : String(error));
  }
}

function leaderCondition({ cache, kinds, clock }: ApiState): ComponentCondition {
  const kind = kinds.byType("coordination.k8s.io/v1", "Lease");
  const lease = kind && (cache.get(kind, leaseTarget.namespace, leaseTarget.name) as Lease | undefined);
  const { holderIdentity = "", renewTime = "" } = lease?.spec ?? {};
  if (holderIdentity === "") return unhealthy("no server leads");
  const silentMs = clock.now() - Date.parse(renewTime);
  return silentMs <= leadershipLimits.leaseDurationSeconds * 1_000 + clockSkewMaxMs
    ? healthy
    : unhealthy(`${holderIdentity} has not renewed its lease since ${renewTime}`);
}

/** What is not stored has neither an identity nor an age. */
const componentOf = (name: string, condition: ComponentCondition): KubeObject => {
  const component: Omit<ComponentStatus, "metadata"> & { readonly metadata: object } = {
    apiVersion: "v1",
    kind: "ComponentStatus",
    metadata: { name, creationTimestamp: null },
    conditions: [condition],
  };
  return component as unknown as KubeObject;
};
