/**
 * Objects as rows of kubectl's tables (meta.k8s.io/v1 Table). Pure; columns come from the table of kinds.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Kind } from "../kinds/kind.ts";

/** What each row carries of its object. kubectl reads labels and namespaces from the metadata. */
export type IncludeObject = "None" | "Metadata" | "Object";

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

export interface Row {
  readonly cells: readonly (string | number | boolean | null)[];
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
  }[];
  readonly object?: object;
}

export interface Table {
  readonly kind: "Table";
  readonly apiVersion: "meta.k8s.io/v1";
  readonly columnDefinitions: readonly ColumnDefinition[];
  readonly rows: readonly Row[];
}

export interface RowOptions {
  readonly includeObject: IncludeObject;
  /** Wall-clock milliseconds, for ages. */
  readonly now: number;
}

export function tableOf(kind: Kind, objects: readonly KubeObject[], options: RowOptions): Table {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    columnDefinitions: kind.columns.map(({ name, type, format = "", description = "", priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
    rows: objects.map((object) => rowOf(kind, object, options)),
  };
}

/** One object as a row of its kind's table. */
export const rowOf = (kind: Kind, object: KubeObject, { includeObject, now }: RowOptions): Row => ({
  cells: kind.columns.map(({ of }) => of(object, now)),
  ...conditionsOf(kind, object),
  ...(includeObject === "None" ? {} : { object: includeObject === "Object" ? object : partial(object) }),
});

const partial = ({ metadata }: KubeObject) => ({
  kind: "PartialObjectMetadata",
  apiVersion: "meta.k8s.io/v1",
  metadata,
});

/** kubectl greys out or hides what is through. Only pods can be. */
function conditionsOf({ kind, group }: Kind, object: KubeObject): Pick<Row, "conditions"> {
  const { phase } = (object as { readonly status?: { readonly phase?: string } }).status ?? {};
  if (group !== "" || kind !== "Pod" || (phase !== "Succeeded" && phase !== "Failed")) return {};
  return { conditions: [{ type: "Completed", status: "True", reason: phase }] };
}
