/**
 * A row that speaks of another row's kind in another version. It is that row in everything but its name and its words:
 * objects are made into those of the other row wherever something has to be read of them.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { apiVersionOf } from "./kind-table.ts";
import type { Kind } from "./kind.ts";
import { fromStored, toStored } from "./versions.ts";

export type Conversion = (object: KubeObject) => KubeObject;

export interface OtherVersion extends Partial<
  Pick<Kind, "schema" | "deprecation" | "isHidden" | "shortNames" | "categories">
> {
  /** The row that it is another version of. */
  readonly of: Kind;
  readonly group: string;
  readonly version: string;
  /** An object as `of` tells it, and back. Neither has to think of apiVersion. */
  readonly read?: Conversion;
  readonly write?: Conversion;
}

const unchanged: Conversion = (object) => object;

export function otherVersion({ of, read = unchanged, write = unchanged, ...names }: OtherVersion): Kind {
  const [apiVersion, ownApiVersion] = [apiVersionOf(of), apiVersionOf(names)];
  const toOther: Conversion = (object) => ({ ...read(object), apiVersion });
  return {
    ...of,
    ...names,
    storedAs: {
      ...of.storedAs,
      kind: of.storedAs?.kind ?? of,
      toStored: (object) => toStored(of, toOther(object)),
      fromStored: (object) => ({ ...write(fromStored(of, object)), apiVersion: ownApiVersion }),
    },
    columns: of.columns.map((column) => ({
      ...column,
      of: (object: KubeObject, now: number) => column.of(toOther(object), now),
    })),
  };
}
