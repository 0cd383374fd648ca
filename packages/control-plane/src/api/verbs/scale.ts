/** The scale subresource: how many replicas an object has and shall have, whatever its kind (autoscaling/v1 Scale). */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { valueIn } from "../body.ts";
import { targetOf, type Act, type Call } from "../call.ts";
import type { Kind } from "../../kinds/kind.ts";
import type { ApiState } from "../ports.ts";
import { patchIn } from "../patch-body.ts";
import { badRequest, invalid, noSuchPath, notFound } from "../refusals.ts";
import { json } from "../respond.ts";
import { changeObject, mainStrategy } from "../write.ts";

interface Scale extends KubeObject {
  readonly spec?: { readonly replicas?: unknown };
}

const scaleType = { schema: "io.k8s.api.autoscaling.v1.Scale" };

export const getScale: Act = (state, call) => {
  const { kind, namespace, name = "" } = call;
  const object = state.cache.get(kind, namespace, name);
  return object === undefined
    ? Promise.reject(notFound(kind, name))
    : Promise.resolve(json(200, scaleOf(kind, object)));
};

export const updateScale: Act = (state, call) => {
  const scale = valueIn(call.request) as Scale;
  if (typeof scale !== "object") throw badRequest("the body must be a Scale");
  return rescaled(state, call, () => scale);
};

export const patchScale: Act = (state, call) => {
  const { apply } = patchIn(call, scaleType);
  return rescaled(state, call, (previous) => apply(previous) as Scale);
};

async function rescaled(state: ApiState, call: Call, wanted: (scale: Scale) => Scale) {
  const { kind } = call;
  const step = (previous: KubeObject): KubeObject => {
    const scale = wanted(scaleOf(kind, previous));
    const next = partsOf(kind).withReplicas(previous, replicasIn(call, scale));
    // The revision that the client read: the write is checked against it.
    const resourceVersion = (scale as Partial<KubeObject>).metadata?.resourceVersion ?? "";
    return { ...next, metadata: { ...next.metadata, resourceVersion } };
  };
  const changed = await changeObject(state, targetOf(call), { step, strategy: mainStrategy });
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
