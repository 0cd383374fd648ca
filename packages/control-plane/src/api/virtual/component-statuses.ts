/**
 * How the parts of the control plane are, asked anew each time, as far as this server can know.
 *
 * The bus and the store on it must answer; controllers and scheduler run on the server that holds their lease and
 * renews it, as far as it was told to run them.
 */
import type { ComponentCondition, ComponentStatus, Lease } from "@kubus/shared/api/core.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { leadershipLimits, leaseTarget } from "../../leadership/claim.ts";
import { formatKey } from "../../store/key.ts";
import type { Store } from "../../store/store.ts";
import { isDisabled, switchesOn, workOf } from "../../switches/switches.ts";
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
  // What is only in the bus' memory is still there when its disk is not.
  bus: ({ stores }) => answerOf(stores.transient),
  "controller-manager": (state) => Promise.resolve(controllersCondition(state)),
  scheduler: (state) => Promise.resolve(schedulerCondition(state)),
  store: storeCondition,
};

const healthy = (message: string): ComponentCondition => ({ type: "Healthy", status: "True", message });
const unhealthy = (error: string): ComponentCondition => ({ type: "Healthy", status: "False", error });

const leaseKey = { group: "coordination.k8s.io", plural: "leases", ...leaseTarget };

async function storeCondition({ stores, unready }: ApiState): Promise<ComponentCondition> {
  const why = unready();
  return why === undefined ? answerOf(stores.durable) : unhealthy(why);
}

async function answerOf(store: Store): Promise<ComponentCondition> {
  try {
    await store.get(formatKey(leaseKey));
    return healthy("ok");
  } catch (error) {
    return unhealthy(error instanceof Error ? error.message : String(error));
  }
}

type Lead =
  | { readonly by: string; readonly told: Lease["metadata"]["annotations"] }
  /** Why nobody leads. */
  | { readonly by: undefined; readonly why: string };

function leadIn({ cache, kinds, clock }: ApiState): Lead {
  const kind = kinds.byType("coordination.k8s.io/v1", "Lease");
  const lease = kind && (cache.get(kind, leaseTarget.namespace, leaseTarget.name) as Lease | undefined);
  const { holderIdentity = "", renewTime = "" } = lease?.spec ?? {};
  if (holderIdentity === "") return { by: undefined, why: "no server leads" };
  const silentMs = clock.now() - Date.parse(renewTime);
  return silentMs <= leadershipLimits.leaseDurationSeconds * 1_000 + clockSkewMaxMs
    ? { by: holderIdentity, told: lease?.metadata.annotations }
    : { by: undefined, why: `${holderIdentity} has not renewed its lease since ${renewTime}` };
}

function controllersCondition(state: ApiState): ComponentCondition {
  const lead = leadIn(state);
  if (lead.by === undefined) return unhealthy(lead.why);
  return healthy(`${lead.by} leads${workOf(switchesOn(lead.told))}`);
}

/** Unknown when it was switched off: whether another scheduler is at work is not ours to say. */
function schedulerCondition(state: ApiState): ComponentCondition {
  const lead = leadIn(state);
  if (lead.by === undefined) return unhealthy(lead.why);
  if (isDisabled(switchesOn(lead.told), "scheduler"))
    return { type: "Healthy", status: "Unknown", message: `disabled on ${lead.by}, which leads` };
  return healthy(`${lead.by} leads`);
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
