/** The parameters that a binding gives its policy. */
import type { ParamRef, ValidatingAdmissionPolicy } from "@kubus/shared/api/admissionregistration.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { fromStored } from "../../../kinds/versions.ts";
import type { AdmissionWorld } from "../../admission.ts";
import { labelQueryOf, matchesLabels } from "../../selectors.ts";
import type { Presented } from "../webhooks/presented.ts";

type Lookup = Pick<AdmissionWorld, "cache" | "kinds">;
export type Params = readonly (KubeObject | null)[] | { readonly error: string };

/** One evaluation for each. Nothing to evaluate: an empty list. */
export function paramsFor(
  paramKind: ValidatingAdmissionPolicy["spec"]["paramKind"],
  paramRef: ParamRef | undefined,
  whole: Presented,
  world: Lookup,
): Params {
  if (paramKind === undefined || paramRef === undefined) return [null];
  const row = world.kinds.byType(paramKind.apiVersion, paramKind.kind);
  if (row === undefined)
    return {
      error: `failed to find resource referenced by paramKind: '${paramKind.apiVersion}, Kind=${paramKind.kind}'`,
    };
  const room = roomOf(row.scope, paramRef, whole);
  if ("error" in room) return room;
  const stored = row.storedAs?.kind ?? row;
  const found = chosen(world.cache, stored, room.namespace, paramRef).map((object) =>
    fromStored(row, object),
  );
  if (found.length > 0 || paramRef.parameterNotFoundAction === "Allow") return found;
  return { error: "no params found for policy binding with `Deny` parameterNotFoundAction" };
}

function roomOf(
  scope: "Namespaced" | "Cluster",
  { namespace = "" }: ParamRef,
  whole: Presented,
): { readonly namespace: string | undefined } | { readonly error: string } {
  if (scope === "Cluster")
    return namespace === ""
      ? { namespace: undefined }
      : { error: "paramRef.namespace must not be provided for a cluster-scoped `paramKind`" };
  if (namespace !== "") return { namespace };
  return whole.namespace === ""
    ? { error: "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources" }
    : { namespace: whole.namespace };
}

function chosen(
  cache: Lookup["cache"],
  kind: Parameters<Lookup["cache"]["list"]>[0],
  namespace: string | undefined,
  { name = "", selector }: ParamRef,
): readonly KubeObject[] {
  if (name !== "") {
    const object = cache.get(kind, namespace, name);
    return object === undefined ? [] : [object];
  }
  const query = labelQueryOf(selector);
  return cache.list(kind, namespace).filter(({ metadata }) => matchesLabels(query, metadata.labels));
}
