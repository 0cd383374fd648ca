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

test("every merge rule of a type that is there names a field of one of its versions", () => {
  const names = Object.keys(types);
  const wrong = Object.entries(fieldRules).flatMap(([type, fields]) => {
    const known = names.filter((name) => name.endsWith(`.${type}`));
    return Object.keys(fields)
      .filter(
        (field) => known.length > 0 && known.every((name) => types[name]?.properties?.[field] === undefined),
      )
      .map((field) => `${type}.${field}`);
  });
  assert.deepEqual(wrong, []);
});

test("knows the types of the aggregator, and those that have no models", () => {
  const aggregator = "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1";
  assert.deepEqual(types[`${aggregator}.APIServiceSpec`]?.properties?.["service"], {
    $ref: `${aggregator}.ServiceReference`,
  });
  const metrics = "io.k8s.metrics.pkg.apis.metrics.v1beta1";
  assert.deepEqual(types[`${metrics}.PodMetrics`]?.properties?.["containers"]?.items, {
    $ref: `${metrics}.ContainerMetrics`,
  });
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
