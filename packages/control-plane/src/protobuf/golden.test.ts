/** Every built-in kind in protobuf, as Kubernetes itself wrote it for its own tests, against the same object in JSON. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { servedKinds } from "../kinds/index.ts";
import { decodeKubernetesProtobuf } from "./decode.ts";

const folder = join(
  import.meta.dirname,
  "../../../../node_modules/.cache/kubus-tests/kubernetes-objects/usr/share/gocode/src/k8s.io/api/testdata/HEAD",
);
const files = globSync("*.pb", { cwd: folder }).sort();
const skip = files.length === 0 ? "Kubernetes' own objects are not here (golang-k8s-api-dev)" : false;

/** Groups and versions that clients do not speak with this server, and objects that are never sent to one. */
const foreign =
  /^(resource|storagemigration|internal|imagepolicy|flowcontrol|apidiscovery|admission)\.|v\d(alpha|beta)\d|^core\.v1\.(APIGroup|APIVersions|WatchEvent)|node.*alpha/;

/** Absent and null are the same to every reader of JSON. */
const withoutNull = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNull(member)]));
};

for (const file of files.filter((name) => !foreign.test(name))) {
  test(`${file.replace(/\.pb$/, "")} decodes to exactly its JSON`, () => {
    const json: unknown = JSON.parse(readFileSync(join(folder, file.replace(/pb$/, "json")), "utf8"));
    const decoded = decodeKubernetesProtobuf(readFileSync(join(folder, file)));
    assert.deepEqual(withoutNull(decoded), withoutNull(json));
  });
}

test("knows every kind that is served", { skip }, () => {
  const known = new Set(
    files.map((file) => {
      const json = JSON.parse(readFileSync(join(folder, file.replace(/pb$/, "json")), "utf8")) as Kinded;
      return `${json.apiVersion}/${json.kind}`;
    }),
  );
  const own = /^(apiregistration|apiextensions|metrics)\.k8s\.io$/;
  const missing = servedKinds
    .filter(({ group, isHidden }) => isHidden !== true && !own.test(group))
    .map(({ group, version, kind }) => `${group === "" ? version : `${group}/${version}`}/${kind}`)
    .filter((name) => !known.has(name));
  assert.deepEqual(missing, []);
});

test("refuses what is cut off anywhere, and nothing else happens", { skip }, () => {
  for (const file of files.filter((name) => !foreign.test(name)).slice(0, 40)) {
    const bytes = readFileSync(join(folder, file));
    for (let end = 0; end < bytes.length; end += Math.max(1, Math.floor(bytes.length / 61))) {
      try {
        decodeKubernetesProtobuf(bytes.subarray(0, end));
      } catch (error) {
        assert.ok(
          isRefusal(error, "badRequest", "unsupportedMediaType"),
          `${file} at ${end}: ${String(error)}`,
        );
      }
    }
  }
});

interface Kinded {
  readonly apiVersion: string;
  readonly kind: string;
}
