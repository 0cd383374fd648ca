/** The columns that a custom kind is printed with (`additionalPrinterColumns`). Pure. */
import type { CustomResourceColumnDefinition } from "@kubus/shared/api/apiextensions.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { age } from "../api/age.ts";
import { nameColumn } from "../kinds/columns.ts";
import type { Column } from "../kinds/kind.ts";
import { parseJsonPath, valuesAt } from "./json-path.ts";
import { isObject } from "./schema.ts";

type Definition = CustomResourceColumnDefinition;

const createdColumn: Definition = {
  name: "Age",
  type: "date",
  description:
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
  jsonPath: ".metadata.creationTimestamp",
};

/** The name comes first; without columns of its own, a kind shows its age. */
export const columnsOf = (definitions: readonly Definition[] = []): readonly Column<KubeObject>[] => [
  nameColumn,
  ...(definitions.length === 0 ? [createdColumn] : definitions).map(columnOf),
];

const types = ["string", "integer", "boolean", "date", "number"] as const;

function columnOf({ name, type, description, priority, jsonPath }: Definition): Column<KubeObject> {
  const path = parseJsonPath(jsonPath);
  return {
    name,
    type: types.find((known) => known === type) ?? "string",
    ...(description === undefined ? {} : { description }),
    priority: (priority ?? 0) > 0 ? 1 : 0,
    of: (object, now) => (path === undefined ? "" : cell(valuesAt(path, object), type, now)),
  };
}

/** Null is an empty cell. */
function cell(values: readonly unknown[], type: string, now: number): string | number | boolean | null {
  const [value] = values;
  if (value === undefined || value === null) return type === "string" && values.length > 0 ? "" : null;
  switch (type) {
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return typeof value === "string" ? age(value, now) : "<unknown>";
    default:
      return values.map(shown).join(",");
  }
}

/** As kubectl's JSONPath prints it. */
function shown(value: unknown): string {
  if (typeof value === "string") return value;
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}
