/**
 * The OpenAPI v2 document, made of the v3 documents: one for all groups, in the older words. Pure.
 *
 * kubectl before 1.27 validates and explains with it, and newer ones fall back to it for kinds they do not find.
 */
type Json = Readonly<Record<string, unknown>>;

/** What is read of a v3 document. */
export interface V3Document {
  readonly paths: Readonly<Record<string, Json>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

export interface V2Document {
  readonly swagger: "2.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Json>>;
  readonly definitions: Readonly<Record<string, Json>>;
}

/** A type that several groups use is in several documents, each time the same but for the kinds it stands for. */
export function openApiV2Document(documents: readonly V3Document[], kubusVersion: string): V2Document {
  const definitions = new Map<string, Json>();
  for (const [name, schema] of documents.flatMap(({ components }) => Object.entries(components.schemas))) {
    const known = definitions.get(name) ?? {};
    definitions.set(name, { ...v2Schema(schema), ...identitiesOf(known, schema) });
  }
  const paths = documents.flatMap((document) => Object.entries(document.paths));
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: `v1.33.0+kubus.${kubusVersion}` },
    paths: Object.fromEntries(paths.map(([path, item]) => [path, v2PathItem(item)])),
    definitions: Object.fromEntries([...definitions].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

const identityKey = "x-kubernetes-group-version-kind";

function identitiesOf(...schemas: readonly Json[]): Json {
  const all = schemas.flatMap((schema) => (schema[identityKey] as readonly Json[] | undefined) ?? []);
  const distinct = new Map(all.map((identity) => [JSON.stringify(identity), identity]));
  return distinct.size === 0 ? {} : { [identityKey]: [...distinct.values()] };
}

/** A reference may have a text beside it here, so what v3 wraps in `allOf` stands for itself. */
function v2Schema(schema: Json): Json {
  const { allOf, $ref, oneOf, ...words } = schema;
  const rest = Object.entries(words).filter(([word]) => !unknownToV2.includes(word));
  const [only, ...more] = (allOf as readonly Json[] | undefined) ?? [];
  const referred = $ref ?? (more.length === 0 ? only?.["$ref"] : undefined);
  const members = rest.map(([key, value]) => [key, nested[key]?.(value) ?? value] as const);
  return {
    ...Object.fromEntries(members),
    // Texts that are also numbers: v2 knows no alternatives, and calls them texts.
    ...(oneOf === undefined ? {} : { type: "string" }),
    ...(typeof referred === "string" ? { $ref: referred.replace(componentPrefix, "#/definitions/") } : {}),
  };
}

const unknownToV2: readonly string[] = ["anyOf", "not", "nullable"];

const componentPrefix = "#/components/schemas/";

const nested: Readonly<Record<string, (value: unknown) => unknown>> = {
  items: (value) => v2Schema(value as Json),
  additionalProperties: (value) => (typeof value === "object" ? v2Schema(value as Json) : value),
  properties: (value) =>
    Object.fromEntries(
      Object.entries(value as Json).map(([name, schema]) => [name, v2Schema(schema as Json)]),
    ),
};

const methods: readonly string[] = ["get", "put", "post", "delete", "options", "head", "patch"];

const v2PathItem = (item: Json): Json =>
  Object.fromEntries(
    Object.entries(item).map(([key, value]) => {
      if (methods.includes(key)) return [key, v2Operation(value as Json)];
      return [key, key === "parameters" ? (value as readonly Json[]).map(v2Parameter) : value];
    }),
  );

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Json }>>;
}

function v2Operation(operation: Json): Json {
  const { parameters = [], requestBody, responses = {}, ...rest } = operation;
  const consumes = mediaTypesOf(requestBody as Content | undefined);
  const produces = Object.values(responses as Readonly<Record<string, Content>>).flatMap(mediaTypesOf);
  const body = requestBody === undefined ? [] : [v2Body(requestBody as Content)];
  return {
    ...rest,
    ...(consumes.length === 0 ? {} : { consumes }),
    ...(produces.length === 0 ? {} : { produces: [...new Set(produces)] }),
    parameters: [...body, ...(parameters as readonly Json[]).map(v2Parameter)],
    responses: Object.fromEntries(
      Object.entries(responses as Readonly<Record<string, Json>>).map(([code, response]) => [
        code,
        { description: response["description"], ...schemaOf(response as Content) },
      ]),
    ),
  };
}

const mediaTypesOf = (part: Content | undefined): readonly string[] => Object.keys(part?.content ?? {});

function schemaOf({ content = {} }: Content): Json {
  const [first] = Object.values(content);
  return first?.schema === undefined ? {} : { schema: v2Schema(first.schema) };
}

const v2Body = (body: Content): Json => ({
  name: "body",
  in: "body",
  required: true,
  schema: { type: "object" },
  ...schemaOf(body),
});

function v2Parameter({ schema = {}, ...parameter }: Json): Json {
  return { ...parameter, ...(schema as Json) };
}
