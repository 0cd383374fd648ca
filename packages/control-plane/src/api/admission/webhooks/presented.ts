/**
 * An attempt as those outside see it, in Kubernetes' words: which verb on which resource, with which object.
 *
 * Some verbs below an object have a body of their own: a Scale, a Binding, an Eviction. They are shown as that.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { apiVersionOf } from "../../../kinds/kind-table.ts";
import type { Kind } from "../../../kinds/kind.ts";
import { fromStored } from "../../../kinds/versions.ts";
import type { Attempt } from "../../admission.ts";

export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

export interface TypeName {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface Presented {
  readonly attempt: Attempt;
  readonly operation: Operation;
  /** The row that was asked for. */
  readonly asked: Kind;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: KubeObject | undefined;
  readonly previous: KubeObject | undefined;
  /** The type of the objects where it is not the resource's own. */
  readonly body: TypeName | undefined;
}

const operations = { create: "CREATE", update: "UPDATE", delete: "DELETE", connect: "CONNECT" } as const;

export function presented(attempt: Attempt): Presented {
  const { operation, served, subresource = "", namespace = "", name, object, previous } = attempt;
  const whole = {
    attempt,
    operation: operations[operation],
    asked: served,
    subresource,
    namespace,
    name,
    object: operation === "delete" ? undefined : object,
    previous: operation === "connect" ? undefined : previous,
    body: operation === "connect" ? typeOf(object) : undefined,
  };
  return bodies[subresource]?.(whole) ?? whole;
}

const bodies: Readonly<Record<string, (whole: Presented) => Presented>> = {
  scale: (whole) => {
    const { scale } = whole.attempt.kind;
    if (scale === undefined) return whole;
    const shown = (object: KubeObject | undefined) =>
      object === undefined ? undefined : scaleOf(object, scale);
    return {
      ...whole,
      object: shown(whole.object),
      previous: shown(whole.previous),
      body: { group: "autoscaling", version: "v1", kind: "Scale" },
    };
  },
  binding: (whole) => ({
    ...created(whole, { apiVersion: "v1", kind: "Binding" }),
    object: {
      ...headOf(whole, "v1", "Binding"),
      target: { kind: "Node", name: (whole.object as Pod | undefined)?.spec.nodeName ?? "" },
    } as unknown as KubeObject,
  }),
  eviction: (whole) => created(whole, { apiVersion: "policy/v1", kind: "Eviction" }),
};

function created(
  whole: Presented,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): Presented {
  const object = headOf(whole, apiVersion, kind) as unknown as KubeObject;
  return { ...whole, operation: "CREATE", object, previous: undefined, body: typeOf(object) };
}

const headOf = ({ namespace, name }: Presented, apiVersion: string, kind: string) => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
});

function scaleOf(
  object: KubeObject,
  { replicas, statusReplicas, selector }: NonNullable<Kind["scale"]>,
): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: replicas(object) },
    status: { replicas: statusReplicas(object), selector: selector(object) },
  } as unknown as KubeObject;
}

export function typeOf({ apiVersion, kind }: Pick<KubeObject, "apiVersion" | "kind">): TypeName {
  const [first = "", second] = apiVersion.split("/");
  return second === undefined ? { group: "", version: first, kind } : { group: first, version: second, kind };
}

/** An object in the version of a row, unless it is of a type of its own. */
export function shownAs(
  row: Kind,
  { body }: Presented,
  object: KubeObject | undefined,
): KubeObject | undefined {
  if (object === undefined || body !== undefined) return object;
  return { ...fromStored(row, object), apiVersion: apiVersionOf(row), kind: row.kind };
}
