/** One version of a custom kind: schema, subresources, columns, fields to select by. Pure. */
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
  JsonSchema,
} from "@kubus/shared/api/apiextensions.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { parseJsonPath } from "../../../apiextensions/json-path.ts";
import { propertyOf } from "../../../apiextensions/schema.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { each, validateRequired, when } from "../../rules.ts";
import { validateSchema } from "./validate-schema.ts";

type Version = Received<CustomResourceDefinitionVersion>;

const warningBytesMax = 256;
const selectableFieldsMax = 8;

export function validateVersion(version: Version, at: string): readonly Cause[] {
  const schema = version.schema?.openAPIV3Schema as JsonSchema | undefined;
  return [
    ...validateDeprecation(version, at),
    ...(schema === undefined
      ? [cause.required(`${at}.schema.openAPIV3Schema`, "schemas are required")]
      : validateSchema(schema, `${at}.schema.openAPIV3Schema`)),
    ...validateScale(version.subresources?.scale, `${at}.subresources.scale`),
    ...each(version.additionalPrinterColumns, `${at}.additionalPrinterColumns`, validateColumn),
    ...validateSelectableFields(version, schema, `${at}.selectableFields`),
  ];
}

function validateDeprecation(
  { deprecated, deprecationWarning: warning }: Version,
  at: string,
): readonly Cause[] {
  const field = `${at}.deprecationWarning`;
  if (warning === undefined) return [];
  return [
    ...when(deprecated !== true, cause.invalid(field, warning, "can only be set for deprecated versions")),
    ...when(warning.length > warningBytesMax, cause.tooLong(field, warningBytesMax)),
    ...when(warning === "", cause.invalid(field, warning, "must not be empty")),
    ...when(
      /[\u0000-\u001f\u007f]/.test(warning),
      cause.invalid(field, warning, "must only contain printable UTF-8 characters"),
    ),
  ];
}

function validateScale(
  scale: Received<CustomResourceSubresourceScale> | undefined,
  field: string,
): readonly Cause[] {
  if (scale === undefined) return [];
  const { specReplicasPath = "", statusReplicasPath = "", labelSelectorPath } = scale;
  return [
    ...validatePathBelow(
      specReplicasPath,
      [".spec."],
      `${field}.specReplicasPath`,
      "a json path under .spec",
    ),
    ...validatePathBelow(
      statusReplicasPath,
      [".status."],
      `${field}.statusReplicasPath`,
      "a json path under .status",
    ),
    ...(labelSelectorPath === undefined || labelSelectorPath === ""
      ? []
      : validatePathBelow(
          labelSelectorPath,
          [".spec.", ".status."],
          `${field}.labelSelectorPath`,
          "a json path under either .status or .spec",
        )),
  ];
}

function validatePathBelow(
  path: string,
  roots: readonly string[],
  field: string,
  what: string,
): readonly Cause[] {
  if (path === "") return [cause.required(field)];
  return [
    ...validateSimplePath(path, field),
    ...when(!roots.some((root) => path.startsWith(root)), cause.invalid(field, path, `should be ${what}`)),
  ];
}

function validateSimplePath(path: string, field: string): readonly Cause[] {
  if (!path.startsWith("."))
    return [cause.invalid(field, path, "must be a simple json path starting with .")];
  return when(
    path.includes("[") || parseJsonPath(path) === undefined,
    cause.invalid(field, path, "must be a json path in the dot notation"),
  );
}

const columnTypes = ["boolean", "date", "integer", "number", "string"];
const columnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

function validateColumn(
  { name, type = "", format = "", jsonPath = "" }: Received<CustomResourceColumnDefinition>,
  at: string,
): readonly Cause[] {
  return [
    ...validateRequired(name, `${at}.name`),
    ...validateRequired(type, `${at}.type`),
    ...when(
      type !== "" && !columnTypes.includes(type),
      cause.invalid(`${at}.type`, type, `must be one of ${columnTypes.join(",")}`),
    ),
    ...when(
      format !== "" && !columnFormats.includes(format),
      cause.invalid(`${at}.format`, format, `must be one of ${columnFormats.join(",")}`),
    ),
    ...(jsonPath === ""
      ? [cause.required(`${at}.jsonPath`)]
      : validateColumnPath(jsonPath, `${at}.jsonPath`)),
  ];
}

function validateColumnPath(path: string, field: string): readonly Cause[] {
  if (!/^[.[]/.test(path)) return [cause.invalid(field, path, "must be a simple json path starting with .")];
  return when(parseJsonPath(path) === undefined, cause.invalid(field, path, "must be a valid json path"));
}

function validateSelectableFields(
  { selectableFields = [] }: Version,
  schema: JsonSchema | undefined,
  field: string,
): readonly Cause[] {
  const paths = selectableFields.map(({ jsonPath = "" }) => jsonPath);
  return [
    ...when(paths.length > selectableFieldsMax, {
      reason: "FieldValueTooMany",
      message: `Too many: ${paths.length}: must have at most ${selectableFieldsMax} items`,
      field,
    }),
    ...each(paths, field, (path, at, index) => {
      const place = `${at}.jsonPath`;
      if (path === "") return [cause.required(place)];
      if (paths.indexOf(path) < index) return [cause.duplicate(place, path)];
      return validateSelectable(path, schema, place);
    }),
  ];
}

/** A path to one text, number or truth that every object has in the same place. */
function validateSelectable(path: string, schema: JsonSchema | undefined, field: string): readonly Cause[] {
  const steps = parseJsonPath(path)?.steps ?? [];
  const names = steps.flatMap((step) => (step.is === "field" ? [step.name] : []));
  const isSimple = path.startsWith(".") && steps.length > 0 && names.length === steps.length;
  if (!isSimple)
    return [cause.invalid(field, path, "is an invalid path: must be a simple json path starting with .")];
  if (names[0] === "metadata") return [cause.invalid(field, path, "must not point to fields in metadata")];
  let found = schema;
  for (const name of names) found = found === undefined ? undefined : propertyOf(found, name);
  if (found === undefined)
    return [cause.invalid(field, path, "is an invalid path: does not refer to a valid field")];
  return when(
    !["string", "boolean", "integer"].includes(found.type ?? ""),
    cause.invalid(field, path, "must point to a field of type string, boolean or integer"),
  );
}
