import assert from "node:assert/strict";
import { test } from "node:test";
import { describedType } from "./documented.ts";
import { oldTypeTable, fullName } from "./old-type-table.ts";
import { oldTypeOf } from "./old-types.ts";
import { refsIn, typeNamed } from "./schema.ts";

test("every type that differs is one of today's, and every old type is whole", () => {
  for (const { of, was, differences } of oldTypeTable) {
    for (const name of [of, ...Object.keys(differences)]) assert.ok(typeNamed(fullName(name)), name);
    const pending = [fullName(`${was}.${of.split(".").at(-1) ?? ""}List`)];
    const seen = new Set<string>();
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const type = typeNamed(name);
      assert.ok(type, name);
      for (const field of type.required ?? []) assert.ok(type.properties?.[field], `${name}.${field}`);
      pending.push(...Object.values(type.properties ?? {}).flatMap(refsIn));
    }
    // What differs is reached, under its old name.
    for (const name of Object.keys(differences))
      assert.ok(seen.has(fullName(`${was}.${name.split(".").at(-1) ?? ""}`)), `${was} ${name}`);
  }
});

test("an old type has its own fields, and the texts of today's", () => {
  const backend = typeNamed("io.k8s.api.extensions.v1beta1.IngressBackend")?.properties ?? {};
  assert.deepEqual(Object.keys(backend).sort(), ["resource", "serviceName", "servicePort"]);
  const spec = typeNamed("io.k8s.api.networking.v1beta1.IngressSpec")?.properties ?? {};
  assert.equal(spec["backend"]?.$ref, "io.k8s.api.networking.v1beta1.IngressBackend");
  assert.equal(spec["tls"]?.items?.$ref, "io.k8s.api.networking.v1.IngressTLS");
  const { required = [] } = typeNamed("io.k8s.api.extensions.v1beta1.DeploymentSpec") ?? {};
  assert.deepEqual(required, ["template"]);
  assert.match(
    JSON.stringify(describedType("io.k8s.api.extensions.v1beta1.Deployment")),
    /"description":"Deployment enables/,
  );
  assert.equal(oldTypeOf("batch/v1beta1", "CronJob"), undefined);
  assert.equal(oldTypeOf("extensions/v1beta1", "Ingress"), "io.k8s.api.extensions.v1beta1.Ingress");
});
