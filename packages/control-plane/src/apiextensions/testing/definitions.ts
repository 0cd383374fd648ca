/** CustomResourceDefinitions for tests, as people write them. */
import type { CustomResourceDefinitionVersion, JsonSchema } from "@kubus/shared/api/apiextensions.ts";

type Parts = Readonly<Record<string, unknown>>;

/** Kubernetes' own example: a CronTab with everything that a definition can have. */
export const cronTabSchema: JsonSchema = {
  type: "object",
  description: "CronTab runs an image on a schedule.",
  properties: {
    spec: {
      type: "object",
      description: "What is wanted.",
      required: ["cronSpec"],
      properties: {
        cronSpec: { type: "string", pattern: String.raw`^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$` },
        image: { type: "string", default: "busybox" },
        replicas: { type: "integer", minimum: 1, maximum: 10, default: 1 },
        paused: { type: "boolean", nullable: true },
        tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
      },
      "x-kubernetes-validations": [
        {
          rule: "self.replicas <= 5 || self.image != 'busybox'",
          message: "busybox scales to 5 at most",
          fieldPath: ".replicas",
        },
        {
          rule: "self.replicas >= oldSelf.replicas",
          messageExpression: "'replicas may not shrink below ' + string(oldSelf.replicas)",
          reason: "FieldValueForbidden",
        },
      ],
    },
    status: {
      type: "object",
      properties: { replicas: { type: "integer" }, labelSelector: { type: "string" } },
    },
  },
};

export const cronTabPath = "/apis/stable.example.com/v1/namespaces/default/crontabs";
export const definitionsPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const v1: CustomResourceDefinitionVersion = {
  name: "v1",
  served: true,
  storage: true,
  schema: { openAPIV3Schema: cronTabSchema },
  subresources: {
    status: {},
    scale: {
      specReplicasPath: ".spec.replicas",
      statusReplicasPath: ".status.replicas",
      labelSelectorPath: ".status.labelSelector",
    },
  },
  additionalPrinterColumns: [
    { name: "Spec", type: "string", description: "The schedule.", jsonPath: ".spec.cronSpec" },
    { name: "Replicas", type: "integer", jsonPath: ".spec.replicas" },
    { name: "Selector", type: "string", priority: 1, jsonPath: ".status.labelSelector" },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
  selectableFields: [{ jsonPath: ".spec.image" }],
};

/** `spec`: parts of the spec that differ; `version`: of its only version. */
export const aDefinition = (spec: Parts = {}, version: Parts = {}) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "crontabs.stable.example.com" },
  spec: {
    group: "stable.example.com",
    scope: "Namespaced",
    names: {
      plural: "crontabs",
      singular: "crontab",
      kind: "CronTab",
      shortNames: ["ct"],
      categories: ["all"],
    },
    versions: [{ ...v1, ...version }],
    ...spec,
  },
});

export const aCronTab = (name: string, spec: Parts = {}, more: Parts = {}) => ({
  apiVersion: "stable.example.com/v1",
  kind: "CronTab",
  metadata: { name },
  spec: { cronSpec: "* * * * */5", ...spec },
  ...more,
});

/** A kind of the size and with the tricks of an operator's: a database cluster. */
export const databaseSchema: JsonSchema = {
  type: "object",
  required: ["spec"],
  "x-kubernetes-validations": [
    { rule: "self.metadata.name.size() <= 20", message: "name is too long for a database" },
    {
      rule: "!has(self.status) || self.status.ready <= self.spec.instances",
      message: "more ready than wanted",
    },
  ],
  properties: {
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: { type: "object" },
    spec: {
      type: "object",
      required: ["instances", "storage"],
      properties: {
        instances: { type: "integer", format: "int32", minimum: 1, maximum: 9 },
        version: { type: "string", enum: ["14", "15", "16"], default: "16" },
        storage: {
          type: "object",
          required: ["size"],
          properties: {
            size: {
              anyOf: [{ type: "integer" }, { type: "string" }],
              pattern: String.raw`^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$`,
              "x-kubernetes-int-or-string": true,
            },
            className: {
              type: "string",
              "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "class is immutable" }],
            },
          },
        },
        backup: {
          type: "object",
          oneOf: [
            { required: ["s3"], properties: { s3: {} } },
            { required: ["volume"], properties: { volume: {} } },
          ],
          properties: {
            s3: {
              type: "object",
              required: ["bucket"],
              properties: {
                bucket: { type: "string", minLength: 3, maxLength: 63 },
                endpoint: { type: "string", format: "uri" },
                retention: { type: "string", format: "duration", default: "720h" },
              },
            },
            volume: { type: "object", properties: { claimName: { type: "string" } } },
          },
        },
        users: {
          type: "array",
          maxItems: 5,
          items: {
            type: "object",
            required: ["name"],
            properties: {
              name: { type: "string", maxLength: 16 },
              role: { type: "string", default: "reader" },
              options: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
            },
            "x-kubernetes-validations": [
              {
                rule: "self.role == oldSelf.role || self.role != 'owner'",
                message: "nobody becomes owner later",
              },
            ],
          },
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
        },
        parameters: { type: "object", additionalProperties: { type: "string", maxLength: 64 } },
        podTemplate: {
          type: "object",
          "x-kubernetes-embedded-resource": true,
          "x-kubernetes-preserve-unknown-fields": true,
        },
        extra: { "x-kubernetes-preserve-unknown-fields": true },
      },
    },
    status: {
      type: "object",
      properties: {
        ready: { type: "integer" },
        since: { type: "string", format: "date-time" },
        conditions: {
          type: "array",
          items: {
            type: "object",
            required: ["type", "status"],
            properties: { type: { type: "string" }, status: { type: "string" } },
          },
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["type"],
        },
      },
    },
  },
};

export const aDatabaseDefinition = () => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "databases.db.example.com" },
  spec: {
    group: "db.example.com",
    scope: "Namespaced",
    names: { plural: "databases", kind: "Database" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: databaseSchema },
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        ],
      },
    ],
  },
});

export const databasesPath = "/apis/db.example.com/v1/namespaces/default/databases";

export const aDatabase = (name: string, spec: Parts = {}) => ({
  apiVersion: "db.example.com/v1",
  kind: "Database",
  metadata: { name },
  spec: { instances: 3, storage: { size: "10Gi" }, ...spec },
});
