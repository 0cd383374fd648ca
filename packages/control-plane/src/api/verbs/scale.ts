/** The scale subresource: how many replicas an object has and shall have, whatever its kind (autoscaling/v1 Scale). */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { apiVersionOf } from "../../kinds/kind-table.ts";
import { checkFields } from "../../schema/strict.ts";
import { readBody } from "../body.ts";
import { targetOf, type Act, type Call } from "../call.ts";
import type { Kind } from "../../kinds/kind.ts";
import type { Members } from "../managed-fields/items.ts";
import type { ApiState } from "../ports.ts";
import { patchIn } from "../patch-body.ts";
import { badRequest, invalid, noSuchPath, notFound } from "../refusals.ts";
import { json, warningHeaders } from "../respond.ts";
import { isApply, writeOptionsOf } from "../write-options.ts";
import { mainStrategy } from "../strategy.ts";
import { changeObject } from "../write.ts";
import { applying, configurationIn } from "./apply.ts";

interface Scale extends KubeObject {
  readonly spec?: { readonly replicas?: unknown };
}

const scaleType = {
  group: "autoscaling",
  version: "v1",
  kind: "Scale",
  schema: "io.k8s.api.autoscaling.v1.Scale",
} as const;

export const getScale: Act = (state, call) => {
  const { kind, namespace, name = "" } = call;
  const object = state.cache.get(kind, namespace, name);
  return object === undefined
    ? Promise.reject(notFound(kind, name))
    : Promise.resolve(json(200, scaleOf(kind, object)));
};

export const updateScale: Act = (state, call) => {
  const { value, duplicates } = readBody(call.request);
  const checked = checkedScale(call, value, duplicates);
  return rescaled(state, call, () => checked);
};

export const patchScale: Act = (state, call) => {
  if (isApply(call)) return applyScale(state, call);
  const { apply } = patchIn(call, scaleType);
  return rescaled(state, call, (previous) => checkedScale(call, apply(previous)));
};

interface CheckedScale {
  readonly scale: Scale;
  readonly warnings: readonly string[];
}

/** Refuses with 400 what is no Scale. */
function checkedScale(
  call: Call,
  value: unknown,
  duplicates: () => readonly string[] = () => [],
): CheckedScale {
  const { kind = scaleType.kind, apiVersion = apiVersionOf(scaleType) } = (value ?? {}) as Partial<Scale>;
  if (kind !== scaleType.kind || apiVersion !== apiVersionOf(scaleType))
    throw badRequest(
      `${kind} in version ${JSON.stringify(apiVersion)} cannot be handled as a Scale: converting (${kind}) to (Scale)`,
    );
  const { fieldValidation } = writeOptionsOf(call);
  const problems = fieldValidation === "Ignore" ? [] : duplicates();
  const { object, warnings } = checkFields(scaleType, value, fieldValidation, { problems });
  return { scale: object as Scale, warnings };
}

async function rescaled(state: ApiState, call: Call, wanted: (scale: Scale) => CheckedScale) {
  const { kind } = call;
  let told: readonly string[] = [];
  const step = (previous: KubeObject): KubeObject => {
    const { scale, warnings } = wanted(scaleOf(kind, previous));
    told = warnings;
    const next = partsOf(kind).withReplicas(previous, replicasIn(call, scale));
    // What the client read: the write is checked against it.
    const { uid = "", resourceVersion = "" } = (scale as Partial<KubeObject>).metadata ?? {};
    return { ...next, metadata: { ...next.metadata, uid, resourceVersion } };
  };
  const changed = await changeObject(state, targetOf(call), { step, strategy: mainStrategy });
  return json(200, scaleOf(kind, changed), warningHeaders(told));
}

/** An apply of a Scale is one of the object's replicas, through this door. */
async function applyScale(state: ApiState, call: Call) {
  const { kind, served, namespace, name = "" } = call;
  const { sent } = configurationIn(call, scaleType);
  const { scale } = checkedScale(call, sent);
  const head = { apiVersion: apiVersionOf(served), kind: served.kind, metadata: { name } } as KubeObject;
  const config = partsOf(served).withReplicas(head, replicasIn(call, scale)) as unknown as Members;
  if (state.cache.get(kind, namespace, name) === undefined) throw notFound(kind, name);
  const step = applying(state, call, { config, sent, reset: {} });
  const target = { ...targetOf(call), tracking: "given" } as const;
  const changed = await changeObject(state, target, { step, strategy: mainStrategy });
  return json(200, scaleOf(kind, changed));
}

function replicasIn({ name = "" }: Call, { spec }: Scale): number {
  const { replicas = 0 } = spec ?? {};
  if (typeof replicas !== "number" || !Number.isInteger(replicas))
    throw badRequest("json: cannot unmarshal into Go struct field ScaleSpec.spec.replicas of type int32");
  if (replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    throw invalid({ group: "autoscaling", kind: "Scale" }, name, [
      { reason: "FieldValueInvalid", field: "spec.replicas", message },
    ]);
  }
  return replicas;
}

function scaleOf(kind: Kind, { metadata, ...object }: KubeObject): Scale {
  const { replicas, statusReplicas, selector } = partsOf(kind);
  const whole = { metadata, ...object };
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: { replicas: replicas(whole) },
    ...{ status: { replicas: statusReplicas(whole), selector: selector(whole) } },
  };
}

function partsOf({ scale }: Kind): NonNullable<Kind["scale"]> {
  if (scale === undefined) throw noSuchPath();
  return scale;
}
