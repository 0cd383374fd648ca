import assert from "node:assert/strict";
import { test } from "node:test";
import { staleFiles } from "./generate.ts";
import { fieldRules } from "./merge-rules.ts";
import { refsIn, typeNamed, types } from "./schema.ts";

test("the generated files are what the models say", () => {
  assert.deepEqual(staleFiles(), []);
});

test("every type that a field refers to is there", () => {
  const missing = Object.values(types)
    .flatMap(({ properties = {} }) => Object.values(properties).flatMap(refsIn))
    .filter((name) => typeNamed(name) === undefined);
  assert.deepEqual(missing, []);
});

test("every merge rule of a type that is there names one of its fields", () => {
  const names = Object.keys(types);
  const wrong = Object.entries(fieldRules).flatMap(([type, fields]) => {
    const known = names.filter((name) => name.endsWith(`.${type}`));
    return Object.keys(fields)
      .filter((field) => known.some((name) => types[name]?.properties?.[field] === undefined))
      .map((field) => `${type}.${field}`);
  });
  assert.deepEqual(wrong, []);
});

test("knows quantities, times and numbers or texts from plain texts", () => {
  const fieldOf = (type: string, field: string) => types[type]?.properties?.[field];
  const core = "io.k8s.api.core.v1";
  const machinery = "io.k8s.apimachinery.pkg";
  assert.deepEqual(fieldOf(`${core}.ResourceRequirements`, "limits")?.additionalProperties, {
    $ref: `${machinery}.api.resource.Quantity`,
  });
  assert.deepEqual(fieldOf(`${core}.ServicePort`, "targetPort"), {
    $ref: `${machinery}.util.intstr.IntOrString`,
  });
  assert.deepEqual(fieldOf("io.k8s.api.coordination.v1.LeaseSpec", "renewTime"), {
    $ref: `${machinery}.apis.meta.v1.MicroTime`,
  });
  assert.deepEqual(fieldOf(`${core}.Secret`, "data")?.additionalProperties, {
    type: "string",
    format: "byte",
  });
  assert.equal(fieldOf(`${core}.PodSpec`, "containers")?.["x-kubernetes-patch-merge-key"], "name");
  assert.deepEqual(types[`${core}.ContainerPort`]?.required, ["containerPort"]);
});
