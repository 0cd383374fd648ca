import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "../kinds/index.ts";
import { openApiV3 } from "./openapi-document.ts";

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Record<string, unknown>>> };
}
interface Operation {
  readonly parameters?: readonly { readonly name: string }[];
  readonly "x-kubernetes-group-version-kind"?: { readonly kind: string };
  readonly "x-kubernetes-action"?: string;
}

const groupVersions = [...new Set(kinds.map(({ group, version }) => `${group}/${version}`))];

const documentOf = (groupVersion: string) => {
  const [group = "", version = ""] = groupVersion.split("/");
  const { body, hash } = openApiV3(kinds, { group, version, kubusVersion: "0.1.0" });
  return { hash, document: JSON.parse(new TextDecoder().decode(body)) as Document };
};

for (const groupVersion of groupVersions) {
  test(`${groupVersion} refers to nothing that is not there`, () => {
    const { document } = documentOf(groupVersion);
    const references = [
      ...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g),
    ].map(([, name = ""]) => name);
    assert.deepEqual(
      [...new Set(references)].filter((name) => !(name in document.components.schemas)),
      [],
    );
  });
}

test("leaves validation to the server: every PATCH takes fieldValidation", () => {
  for (const kind of kinds) {
    const { document } = documentOf(`${kind.group}/${kind.version}`);
    const base = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
    const place = kind.scope === "Namespaced" ? `${base}/namespaces/{namespace}` : base;
    const patch = document.paths[`${place}/${kind.plural}/{name}`]?.["patch"] ?? {};
    assert.deepEqual(
      patch.parameters?.map(({ name }) => name),
      ["dryRun", "fieldManager", "fieldValidation", "force"],
    );
    assert.equal(patch["x-kubernetes-group-version-kind"]?.kind, kind.kind);
    assert.equal(patch["x-kubernetes-action"], "patch");
  }
});

test("says what kubectl explain shows", () => {
  const { schemas } = documentOf("/v1").document.components;
  const pod = schemas["io.k8s.api.core.v1.Pod"];
  assert.deepEqual(pod?.["x-kubernetes-group-version-kind"], [{ group: "", version: "v1", kind: "Pod" }]);
  assert.match(String(pod["description"]), /^Pod is a collection of containers/);
  const { containers } = schemas["io.k8s.api.core.v1.PodSpec"]?.["properties"] as Record<
    string,
    Record<string, unknown>
  >;
  assert.match(String(containers?.["description"]), /^List of containers belonging to the pod/);
  assert.equal(containers?.["x-kubernetes-patch-merge-key"], "name");
});

test("has the same hash for the same document, and another for another", () => {
  assert.equal(documentOf("/v1").hash, documentOf("/v1").hash);
  assert.notEqual(documentOf("/v1").hash, documentOf("apps/v1").hash);
});
