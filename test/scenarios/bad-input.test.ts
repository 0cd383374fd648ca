/** Bad input gets an answer that says what, where and how to mend it, and loses nothing. */
import assert from "node:assert/strict";
import { execFile, type ExecFileException } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Cluster, kubus } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";

interface Status {
  readonly kind: string;
  readonly reason: string;
  readonly message: string;
  readonly details?: { readonly causes?: readonly { readonly field: string }[] };
}

const configMaps = "/api/v1/namespaces/default/configmaps";
const aConfigMap = (fields: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "c" },
  ...fields,
});

describe("bad input to the API", { skip: needsRoot }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.up(["--boards", "1"]);
  });
  after(() => cluster.down());

  const refusal = async (method: string, path: string, body?: unknown, contentType?: string) => {
    const answer = await cluster.api<Status>(method, path, body, contentType);
    assert.equal(answer.body.kind, "Status", JSON.stringify(answer.body));
    return { code: answer.status, reason: answer.body.reason, message: answer.body.message };
  };

  test("unknown fields, by name", async () => {
    const strict = await refusal("POST", `${configMaps}?fieldValidation=Strict`, aConfigMap({ dta: {} }));
    assert.equal(strict.code, 400);
    assert.match(strict.message, /strict decoding error: unknown field "dta"/);
  });

  test("wrong types", async () => {
    const answer = await refusal("POST", configMaps, aConfigMap({ data: "text" }));
    assert.equal(answer.code, 400);
    assert.match(answer.message, /data/);
  });

  test("names that break the rules, with the field", async () => {
    const answer = await cluster.api<Status>("POST", configMaps, {
      ...aConfigMap({}),
      metadata: { name: "Bad_Name" },
    });
    assert.equal(answer.status, 422);
    assert.equal(answer.body.details?.causes?.[0]?.field, "metadata.name");
  });

  test("unknown kinds and paths", async () => {
    assert.equal((await refusal("GET", "/apis/nothing.example/v1/things")).code, 404);
    assert.equal((await refusal("GET", "/api/v1/namespaces/default/unknowns")).code, 404);
    assert.equal((await refusal("GET", "/api/v1/namespaces/default/pods/none")).reason, "NotFound");
    assert.equal(
      (await refusal("POST", configMaps, { apiVersion: "v1", kind: "Secret", metadata: { name: "c" } })).code,
      400,
    );
  });

  test("wrong content types and methods", async () => {
    assert.equal((await refusal("POST", configMaps, aConfigMap({}), "text/plain")).code, 415);
    assert.equal((await refusal("PATCH", `${configMaps}/c`, {}, "application/json")).code, 415);
    assert.equal((await refusal("PUT", configMaps, aConfigMap({}))).code, 405);
  });

  test("a body of 10 MB, and one that is cut off", async () => {
    const large = await refusal("POST", configMaps, aConfigMap({ data: { a: "x".repeat(10_000_000) } }));
    assert.equal(large.code, 413);
    const path = join(cluster.dir, "cut.json");
    writeFileSync(path, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cut"');
    const { code, stderr } = await cluster.kubectl("create", "--raw", configMaps, "-f", path);
    assert.notEqual(code, 0);
    assert.match(stderr, /JSON|unexpected end/i);
  });

  test("an update on an old version is a conflict, and loses nothing", async () => {
    const { body } = await cluster.api<{ metadata: { resourceVersion: string } }>(
      "POST",
      configMaps,
      aConfigMap({ data: { a: "1" } }),
    );
    assert.equal((await cluster.api("PUT", `${configMaps}/c`, { ...body, data: { a: "2" } })).status, 200);
    const stale = await refusal("PUT", `${configMaps}/c`, { ...body, data: { a: "3" } });
    assert.equal(stale.code, 409);
    assert.match(
      stale.message,
      /the object has been modified; please apply your changes to the latest version and try again/,
    );
    const { body: kept } = await cluster.api<{ data: { a: string } }>("GET", `${configMaps}/c`);
    assert.equal(kept.data.a, "2");
  });

  test("default and kube-system cannot be deleted", async () => {
    assert.equal((await refusal("DELETE", "/api/v1/namespaces/kube-system")).code, 403);
  });
});

describe("bad input to the command line", () => {
  const fails = (...args: string[]) =>
    new Promise<{ code: number; text: string }>((resolve) => {
      execFile(kubus, args, { timeout: 60_000 }, (error: ExecFileException | null, stdout, stderr) => {
        resolve({
          code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1,
          text: stdout + stderr,
        });
      });
    });

  test("unknown commands and flags name what there is", async () => {
    const command = await fails("upp");
    assert.notEqual(command.code, 0);
    assert.match(command.text, /upp[^]*up/);
    const flag = await fails("up", "--bords", "3");
    assert.notEqual(flag.code, 0);
    assert.match(flag.text, /--bords[^]*--boards/);
    assert.match((await fails("up", "--boards", "many")).text, /--boards/);
  });

  test("a port in use is named", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.on("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const dir = mkdtempSync(join(tmpdir(), "kubus-bad-"));
    const { code, text } = await fails("up", "--dir", dir, "--api-port", String(port), "--boards", "1");
    server.close();
    rmSync(dir, { recursive: true, force: true });
    assert.notEqual(code, 0);
    assert.match(text, new RegExp(`${port}[^]*in use`));
  });

  test("a folder of another version is left alone", async () => {
    const dir = mkdtempSync(join(tmpdir(), "kubus-bad-"));
    writeFileSync(join(dir, "version"), "999\n");
    const { code, text } = await fails("up", "--dir", dir, "--boards", "1");
    rmSync(dir, { recursive: true, force: true });
    assert.notEqual(code, 0);
    assert.match(text, /layout 999/);
  });

  test("down and status of a folder without a cluster say so", async () => {
    const dir = mkdtempSync(join(tmpdir(), "kubus-bad-"));
    assert.match((await fails("status", "--dir", dir)).text, /There is no kubus cluster/);
    rmSync(dir, { recursive: true, force: true });
  });
});
