/**
 * Objects of one kind in the versions in which its managers speak of them.
 *
 * Fields are owned in a version: a set of `apps/v1beta1` is compared with the object in `apps/v1beta1`.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { apiVersionOf, type KindTable } from "../../kinds/kind-table.ts";
import type { Kind } from "../../kinds/kind.ts";
import { fromStored, toStored } from "../../kinds/versions.ts";
import { typeNamed } from "../../schema/schema.ts";
import type { Members } from "./items.ts";
import { shapeOfType, type Shape } from "./shape.ts";

export interface Views {
  /** Undefined: the version is not served any more. */
  readonly shape: (apiVersion: string) => Shape | undefined;
  /** A stored object in a version that is served. */
  readonly inVersion: (apiVersion: string, stored: KubeObject) => Members;
  readonly toStored: (apiVersion: string, object: Members) => KubeObject;
}

export const shapeOfKind = ({ schema, types }: Pick<Kind, "schema" | "types">): Shape =>
  shapeOfType(types ?? typeNamed, schema);

/** `served`: the row that the client speaks; it is known without looking. */
export function viewsOf(kinds: Pick<KindTable, "byType">, served: Kind): Views {
  const own = apiVersionOf(served);
  const rowOf = (apiVersion: string): Kind | undefined =>
    apiVersion === own ? served : kinds.byType(apiVersion, served.kind);
  return {
    shape: (apiVersion) => {
      const row = rowOf(apiVersion);
      return row === undefined ? undefined : shapeOfKind(row);
    },
    inVersion: (apiVersion, stored) => {
      const row = rowOf(apiVersion);
      return (row === undefined ? stored : fromStored(row, stored)) as unknown as Members;
    },
    toStored: (apiVersion, object) => {
      const row = rowOf(apiVersion);
      const typed = object as unknown as KubeObject;
      return row === undefined ? typed : toStored(row, typed);
    },
  };
}
