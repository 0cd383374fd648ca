/** CustomResourceDefinitions that are refused, in Kubernetes' words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { anApi } from "../../../api/testing/world.ts";
import { aDefinition, definitionsPath } from "../../../apiextensions/testing/definitions.ts";
import { causesOf } from "../../../apiextensions/testing/world.ts";

type Parts = Readonly<Record<string, unknown>>;

const at = "spec.versions[0].schema.openAPIV3Schema";
const spec = `${at}.properties[spec]`;

/** With this schema of its `spec`. */
const withSpec = (schema: Parts, root: Parts = {}) =>
  aDefinition(
    {},
    {
      schema: { openAPIV3Schema: { type: "object", properties: { spec: schema }, ...root } },
      selectableFields: [],
      subresources: {},
    },
  );

const object = (properties: Parts, more: Parts = {}): Parts => ({ type: "object", properties, ...more });
const list = (items: Parts, more: Parts = {}): Parts => object({ list: { type: "array", items, ...more } });
const rules = (...all: readonly Parts[]): Parts =>
  object(
    { n: { type: "integer" }, l: { type: "array", items: { type: "string" } } },
    { "x-kubernetes-validations": all },
  );

const label =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

const bad: readonly (readonly [what: string, definition: object, ...causes: string[]])[] = [
  [
    "a name that is not made of its names",
    { ...aDefinition(), metadata: { name: "wrong.example.com" } },
    'metadata.name: Invalid value: "wrong.example.com": must be spec.names.plural+"."+spec.group',
  ],
  [
    "a group that is no domain",
    { ...aDefinition({ group: "stable" }), metadata: { name: "crontabs.stable" } },
    'spec.group: Invalid value: "stable": should be a domain with at least one dot',
  ],
  [
    "a group of the Kubernetes project",
    { ...aDefinition({ group: "x.k8s.io" }), metadata: { name: "crontabs.x.k8s.io" } },
    'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
  ],
  [
    "another scope",
    aDefinition({ scope: "World" }),
    'spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"',
  ],
  [
    "unknown fields that are kept",
    aDefinition({ preserveUnknownFields: true }),
    "spec.preserveUnknownFields: Invalid value: true: must be false",
  ],
  [
    "no version to store",
    aDefinition({}, { storage: false }),
    'spec.versions: Invalid value: ["v1"]: must have exactly one version marked as storage version',
  ],
  [
    "one version twice",
    aDefinition({
      versions: [...aDefinition().spec.versions, ...aDefinition({}, { storage: false }).spec.versions],
    }),
    'spec.versions: Invalid value: ["v1","v1"]: must contain unique version names',
  ],
  [
    "a version's name",
    aDefinition({}, { name: "V1" }),
    `spec.versions[0].name: Invalid value: "V1": ${label}`,
  ],
  [
    "no schema",
    aDefinition({}, { schema: undefined, selectableFields: [] }),
    `${at}: Required value: schemas are required`,
  ],
  [
    "names",
    {
      ...aDefinition({
        names: { plural: "Cron", kind: "cron_tab", listKind: "cron_tab", shortNames: ["CT"] },
      }),
      metadata: { name: "Cron.stable.example.com" },
    },
    `metadata.name: Invalid value: "Cron.stable.example.com": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    `spec.names.plural: Invalid value: "Cron": ${label}`,
    `spec.names.singular: Invalid value: "cron_tab": ${label}`,
    `spec.names.kind: Invalid value: "cron_tab": may have mixed case, but should otherwise match: ${label}`,
    `spec.names.listKind: Invalid value: "cron_tab": may have mixed case, but should otherwise match: ${label}`,
    `spec.names.shortNames[0]: Invalid value: "CT": ${label}`,
    'spec.names.listKind: Invalid value: "cron_tab": kind and listKind may not be the same',
  ],
  [
    "webhooks that convert",
    aDefinition({ conversion: { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"] } } }),
    "spec.conversion.strategy: Forbidden: this server does not convert through webhooks; use None and versions of one schema",
  ],
  [
    "columns",
    aDefinition(
      {},
      {
        additionalPrinterColumns: [
          { name: "A", type: "text", jsonPath: "spec" },
          { name: "", type: "date", jsonPath: "" },
        ],
      },
    ),
    'spec.versions[0].additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
    'spec.versions[0].additionalPrinterColumns[0].jsonPath: Invalid value: "spec": must be a simple json path starting with .',
    "spec.versions[0].additionalPrinterColumns[1].name: Required value",
    "spec.versions[0].additionalPrinterColumns[1].jsonPath: Required value",
  ],
  [
    "scale",
    aDefinition(
      {},
      {
        subresources: {
          scale: {
            specReplicasPath: ".status.x",
            statusReplicasPath: ".status.y[0]",
            labelSelectorPath: ".meta",
          },
        },
      },
    ),
    'spec.versions[0].subresources.scale.specReplicasPath: Invalid value: ".status.x": should be a json path under .spec',
    'spec.versions[0].subresources.scale.statusReplicasPath: Invalid value: ".status.y[0]": must be a json path in the dot notation',
    'spec.versions[0].subresources.scale.labelSelectorPath: Invalid value: ".meta": should be a json path under either .status or .spec',
  ],
  [
    "fields to select by",
    aDefinition(
      {},
      {
        selectableFields: [
          { jsonPath: ".spec.nope" },
          { jsonPath: ".metadata.name" },
          { jsonPath: ".spec.tags" },
        ],
      },
    ),
    'spec.versions[0].selectableFields[0].jsonPath: Invalid value: ".spec.nope": is an invalid path: does not refer to a valid field',
    'spec.versions[0].selectableFields[1].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata',
    'spec.versions[0].selectableFields[2].jsonPath: Invalid value: ".spec.tags": must point to a field of type string, boolean or integer',
  ],
  [
    "a warning of a version that is not deprecated",
    aDefinition({}, { deprecationWarning: "old" }),
    'spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions',
  ],
  // Schemas
  [
    "no type",
    withSpec({ properties: {} }),
    `${spec}.type: Required value: must not be empty for specified object fields`,
  ],
  [
    "no type of items",
    withSpec(list({})),
    `${spec}.properties[list].items.type: Required value: must not be empty for specified array items`,
  ],
  [
    "no object at the root",
    withSpec({ type: "string" }, { type: "array" }),
    `${at}.type: Invalid value: "array": must be object at the root`,
  ],
  [
    "an unknown type",
    withSpec({ type: "text" }),
    `${spec}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
  ],
  [
    "what Kubernetes does not take of JSON schema",
    withSpec({ type: "object", additionalProperties: false, definitions: { x: {} }, uniqueItems: true }),
    `${spec}.definitions: Forbidden: definitions is not supported`,
    `${spec}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
    `${spec}.additionalProperties: Forbidden: additionalProperties cannot be set to false`,
  ],
  [
    "properties and others",
    withSpec(object({ a: { type: "string" } }, { additionalProperties: { type: "string" } })),
    `${spec}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
  ],
  [
    "types within alternatives",
    withSpec(object({}, { anyOf: [{ type: "object", description: "x", properties: { a: {} } }] })),
    `${spec}.anyOf[0].type: Forbidden: must be empty to be structural`,
    `${spec}.anyOf[0].description: Forbidden: must be empty to be structural`,
    `${spec}.properties[a]: Required value: because it is defined in ${spec}.anyOf[0].properties[a]`,
  ],
  [
    "more of metadata than names",
    withSpec({ type: "object" }, { properties: { metadata: object({ labels: { type: "object" } }) } }),
    `${at}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
  ],
  [
    "a list that is a map without keys",
    withSpec(list(object({ name: { type: "string" } }), { "x-kubernetes-list-type": "map" })),
    `${spec}.properties[list].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
  ],
  [
    "a key that may be missing",
    withSpec(
      list(object({ name: { type: "string" } }), {
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name", "other"],
      }),
    ),
    `${spec}.properties[list].items.properties[name].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    `${spec}.properties[list].x-kubernetes-list-map-keys[1]: Invalid value: "other": entries must all be names of item properties`,
  ],
  [
    "a set of objects that are not one value",
    withSpec(list(object({}), { "x-kubernetes-list-type": "set" })),
    `${spec}.properties[list].items.x-kubernetes-map-type: Required value: must be atomic as item of a list with x-kubernetes-list-type=set`,
  ],
  [
    "a default of the wrong type",
    withSpec(object({ n: { type: "integer", default: "x" } })),
    `${spec}.properties[n].default: Invalid value: "string": ${spec}.properties[n].default in body must be of type integer: "string"`,
  ],
  [
    "a default with unknown fields",
    withSpec(object({ o: object({}, { default: { a: 1 } }) })),
    `${spec}.properties[o].default: Invalid value: {"a":1}: must not have unknown fields`,
  ],
  [
    "a pattern that is none",
    withSpec({ type: "string", pattern: "(" }),
    `${spec}.pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
  ],
  [
    "int or string with a type",
    withSpec({ type: "string", "x-kubernetes-int-or-string": true }),
    `${spec}.type: Invalid value: "string": must be empty if x-kubernetes-int-or-string is true`,
  ],
  [
    "an object inside without anything",
    withSpec({ type: "object", "x-kubernetes-embedded-resource": true }),
    `${spec}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`,
  ],
  // Rules
  [
    "a rule that is no expression",
    withSpec(rules({ rule: "self.n >" })),
    `${spec}.x-kubernetes-validations[0].rule: Invalid value: "self.n >": compilation failed: ERROR: <input>:1:9: Syntax error: Unexpected token: EOF\n | self.n >\n | ........^`,
  ],
  [
    "a rule about what is not there",
    withSpec(rules({ rule: "self.m > 1" })),
    `${spec}.x-kubernetes-validations[0].rule: Invalid value: "self.m > 1": compilation failed: ERROR: <input>:1:5: undefined field 'm'\n | self.m > 1\n | ....^`,
  ],
  [
    "a rule that comes to no verdict",
    withSpec(rules({ rule: "self.n" })),
    `${spec}.x-kubernetes-validations[0].rule: Invalid value: "self.n": compilation failed: must evaluate to bool, but got int: self.n`,
  ],
  [
    "what a rule says besides",
    withSpec(
      rules(
        { rule: " " },
        { rule: "self.n > 1", message: "a\nb", reason: "Why", fieldPath: ".nope", messageExpression: "1" },
        { rule: "true", optionalOldSelf: true },
      ),
    ),
    `${spec}.x-kubernetes-validations[0].rule: Required value: rule is not specified`,
    `${spec}.x-kubernetes-validations[1].message: Invalid value: "a\\nb": message must not contain line breaks`,
    `${spec}.x-kubernetes-validations[1].reason: Unsupported value: "Why": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
    `${spec}.x-kubernetes-validations[1].fieldPath: Invalid value: ".nope": fieldPath must be a valid path: invalid path ".nope"`,
    `${spec}.x-kubernetes-validations[1].messageExpression: Invalid value: "1": messageExpression compilation failed: must evaluate to string, but got int: 1`,
    `${spec}.x-kubernetes-validations[2].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
  ],
  [
    "a former state that nobody can know",
    withSpec(
      list(
        object({ a: { type: "string" } }, { "x-kubernetes-validations": [{ rule: "self.a == oldSelf.a" }] }),
      ),
    ),
    `${spec}.properties[list].items.x-kubernetes-validations[0].rule: Invalid value: "self.a == oldSelf.a": oldSelf cannot be used on the uncorrelatable portion of the schema within ${spec}.properties[list].items`,
  ],
];

for (const [what, body, ...causes] of bad) {
  test(`refused: ${what}`, async () => {
    const { ask } = await anApi();
    const answer = await ask("POST", definitionsPath, { body });
    assert.equal(answer.status, 422, answer.text);
    assert.deepEqual(causesOf(answer), causes);
  });
}

const good: readonly (readonly [what: string, schema: Parts])[] = [
  [
    "alternatives of requirements",
    object(
      { a: { type: "string" }, b: { type: "string" } },
      { oneOf: [{ required: ["a"] }, { required: ["b"] }] },
    ),
  ],
  [
    "a number or a text",
    { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] },
  ],
  [
    "a number or a text, and more",
    {
      "x-kubernetes-int-or-string": true,
      allOf: [{ anyOf: [{ type: "integer" }, { type: "string" }] }, { pattern: "x" }],
    },
  ],
  ["anything", { "x-kubernetes-preserve-unknown-fields": true }],
  ["a map of lists", { type: "object", additionalProperties: { type: "array", items: { type: "number" } } }],
  [
    "names that CEL must escape",
    object(
      { "max-age": { type: "integer" }, in: { type: "string" } },
      { "x-kubernetes-validations": [{ rule: "self.max__dash__age > 1 && self.__in__ == 'x'" }] },
    ),
  ],
  [
    "a rule on every map value",
    {
      type: "object",
      additionalProperties: {
        type: "string",
        "x-kubernetes-validations": [{ rule: "self.size() > 1 && isQuantity(self)" }],
      },
    },
  ],
];

for (const [what, schema] of good) {
  test(`taken: ${what}`, async () => {
    const { ask } = await anApi();
    const answer = await ask("POST", definitionsPath, { body: withSpec(schema) });
    assert.equal(answer.status, 201, answer.text);
  });
}

test("what was stored once must stay known, and names stay what they are", async () => {
  const { ask } = await anApi();
  const created = await ask("POST", definitionsPath, { body: aDefinition() });
  assert.equal(created.status, 201);
  const path = `${definitionsPath}/crontabs.stable.example.com`;
  const { json } = created;
  const next = aDefinition({}, { name: "v2" });
  const renamed = await ask("PUT", path, { body: { ...next, metadata: json.metadata } });
  assert.deepEqual(causesOf(renamed), [
    'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
  ]);
  const other = aDefinition({ names: { plural: "tabs", kind: "CronTab" } });
  const moved = await ask("PUT", path, { body: { ...other, metadata: json.metadata } });
  assert.deepEqual(causesOf(moved), [
    'metadata.name: Invalid value: "crontabs.stable.example.com": must be spec.names.plural+"."+spec.group',
    'spec.names.plural: Invalid value: "tabs": field is immutable',
  ]);
});

test("both versions are noted when what is stored changes", async () => {
  const { ask } = await anApi();
  const { json } = await ask("POST", definitionsPath, { body: aDefinition() });
  const [v1] = aDefinition({}, { storage: false }).spec.versions;
  const [v2] = aDefinition({}, { name: "v2" }).spec.versions;
  const path = `${definitionsPath}/crontabs.stable.example.com`;
  const changed = await ask("PUT", path, {
    body: { ...aDefinition({ versions: [v1, v2] }), metadata: json.metadata },
  });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual((changed.json.status as { storedVersions?: unknown }).storedVersions, ["v1", "v2"]);
});
