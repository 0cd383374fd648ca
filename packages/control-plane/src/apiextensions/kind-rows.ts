/**
 * The rows of the table of kinds that a CustomResourceDefinition stands for: one that objects are stored as, and one
 * for each other version that is served. Pure.
 */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionVersion,
  JsonSchema,
} from "@kubus/shared/api/apiextensions.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { defineKind } from "../kinds/define-kind.ts";
import type { Kind, Verb } from "../kinds/kind.ts";
import type { CustomKind } from "../kinds/kind-table.ts";
import { columnsOf } from "./columns.ts";
import { withDefaults } from "./defaults.ts";
import { valueAt, withValueAt } from "./json-path.ts";
import { customComponents } from "./open-api.ts";
import { prune } from "./prune.ts";
import { readCustomFields } from "./read-fields.ts";
import { typesOf } from "./type-view.ts";
import { validateObject } from "./validate-object.ts";

type Version = CustomResourceDefinitionVersion;

/** Undefined when the definition has no version that objects could be stored as. */
export function rowsOf(
  crd: CustomResourceDefinition,
  names: CustomResourceDefinitionNames,
): CustomKind | undefined {
  const { group, versions } = crd.spec;
  const storage = versions.find(({ storage: isStorage }) => isStorage);
  if (storage === undefined) return undefined;
  const stored = rowOf(crd, names, storage);
  const others = versions.filter((version) => version.served && version !== storage);
  return {
    stored,
    served: [
      ...(storage.served ? [stored] : []),
      ...others.map((version) =>
        otherRow(crd, names, { version, storage, apiVersion: `${group}/${version.name}` }),
      ),
    ],
  };
}

interface Other {
  readonly version: Version;
  readonly storage: Version;
  readonly apiVersion: string;
}

/** What this version says counts for whoever speaks it; only the version's name is another one in the store. */
function otherRow(
  crd: CustomResourceDefinition,
  names: CustomResourceDefinitionNames,
  { version, storage, apiVersion }: Other,
): Kind {
  const row = rowOf(crd, names, version);
  const storedVersion = `${crd.spec.group}/${storage.name}`;
  return {
    ...row,
    storedAs: {
      kind: { ...row, version: storage.name },
      toStored: (object) => ({ ...object, apiVersion: storedVersion }),
      fromStored: (object) => ({ ...object, apiVersion }),
    },
  };
}

const anything: JsonSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

function rowOf(crd: CustomResourceDefinition, names: CustomResourceDefinitionNames, version: Version): Kind {
  const { group, scope } = crd.spec;
  const schema = version.schema?.openAPIV3Schema ?? anything;
  const { kind, plural, singular = kind.toLowerCase(), shortNames = [], categories = [] } = names;
  const schemaName = [...group.split(".").reverse(), version.name, kind].join(".");
  const isEnding = crd.metadata.deletionTimestamp !== undefined;
  return defineKind<KubeObject>({
    group,
    version: version.name,
    kind,
    plural,
    singular,
    shortNames,
    categories,
    scope,
    schema: schemaName,
    types: typesOf(schemaName, schema),
    components: () => customComponents(schema, { name: schemaName, plural }),
    owner: "whoever defined the kind",
    subresources: subresourcesOf(version),
    columns: columnsOf(version.additionalPrinterColumns),
    selectableFields: selectableFieldsOf(version),
    hasGeneration: true,
    ...(isEnding ? { verbs: verbsOfEnding } : {}),
    ...deprecationOf(crd, version, kind),
    ...schemaRules(schema, version, `${group}/${version.name}`),
    ...scaleOf(version),
  });
}

/** Nothing new begins while its kind goes. */
const verbsOfEnding: readonly Verb[] = [
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];

function schemaRules(schema: JsonSchema, version: Version, apiVersion: string): Partial<Kind> {
  const filled = (object: KubeObject): KubeObject => withDefaults(object, schema) as KubeObject;
  return {
    readFields: (value, refuse) => readCustomFields(value, schema, refuse),
    fromStore: (object) => filled({ ...(prune(object, schema).value as KubeObject), apiVersion }),
    setDefaults: filled,
    validateCreate: (object) => validateObject(object, schema, version),
    validateUpdate: (next, previous) => validateObject(next, schema, version, previous),
  };
}

const subresourcesOf = ({ subresources }: Version): Kind["subresources"] => [
  ...(subresources?.status === undefined ? [] : (["status"] as const)),
  ...(subresources?.scale === undefined ? [] : (["scale"] as const)),
];

function deprecationOf(
  { spec: { group } }: CustomResourceDefinition,
  { deprecated, deprecationWarning, name }: Version,
  kind: string,
): { readonly deprecation?: string } {
  if (deprecated !== true) return {};
  return { deprecation: deprecationWarning ?? `${group}/${name} ${kind} is deprecated` };
}

function selectableFieldsOf({ selectableFields = [] }: Version): Kind["selectableFields"] {
  const entries = selectableFields.map(({ jsonPath }) => {
    const of = (object: KubeObject): string => {
      const value = valueAt(jsonPath, object);
      return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? String(value)
        : "";
    };
    return [jsonPath.replace(/^\./, ""), of] as const;
  });
  return Object.fromEntries(entries);
}

function scaleOf({ subresources }: Version): Pick<Kind, "scale"> {
  const { scale } = subresources ?? {};
  if (scale === undefined) return {};
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  const numberAt = (path: string, object: KubeObject): number => {
    const value = valueAt(path, object);
    return typeof value === "number" ? value : 0;
  };
  return {
    scale: {
      replicas: (object: KubeObject) => numberAt(specReplicasPath, object),
      statusReplicas: (object: KubeObject) => numberAt(statusReplicasPath, object),
      selector: (object: KubeObject) => {
        const value = labelSelectorPath === undefined ? undefined : valueAt(labelSelectorPath, object);
        return typeof value === "string" ? value : "";
      },
      withReplicas: (object: KubeObject, replicas: number) => withValueAt(specReplicasPath, object, replicas),
    },
  };
}
