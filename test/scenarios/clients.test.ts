/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- the client takes plain objects for its classes */
/** Programs that use other clients than kubectl: Kubernetes' own for JavaScript, and Python's. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import {
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  PortForward,
  type V1ConfigMap,
} from "@kubernetes/client-node";
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";

const execute = promisify(execFile);
const python = "/usr/bin/python3";

const pythonMissing = await execute(python, ["-c", "import kubernetes"]).then(
  () => false as const,
  () => "There is no Python client here (Debian package python3-kubernetes).",
);

describe("other clients", { skip: needsRoot }, () => {
  let cluster: Cluster;
  let config: KubeConfig;
  before(async () => {
    cluster = await Cluster.up(["--boards", "1"]);
    config = new KubeConfig();
    config.loadFromFile(join(cluster.dir, "kubeconfig"));
  });
  after(() => cluster.down());

  test(
    "Python's client: typed and dynamic calls, a watch, logs, exec, pages, errors",
    { skip: pythonMissing },
    async () => {
      await cluster.kubectl("create", "namespace", "snake");
      const { stdout } = await execute(python, [
        join(import.meta.dirname, "../clients/python.py"),
        join(cluster.dir, "kubeconfig"),
        "snake",
      ]);
      const seen = new Map(
        stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as [string, unknown]),
      );
      assert.match(String(seen.get("version")), /^v1\.33/);
      assert.deepEqual(
        Object.fromEntries(
          [...seen].filter(([what]) => !["version", "watched until it runs"].includes(what)),
        ),
        {
          nodes: ["board-1"],
          scaled: 2,
          "read back": 2,
          log: "hello\n",
          exec: "from inside\n",
          error: [404, "NotFound"],
          pages: [1, true],
          dynamic: "2",
          job: 6,
          "may create pods": true,
        },
      );
    },
  );

  test("client-node: an informer sees what another call changes", async () => {
    const core = config.makeApiClient(CoreV1Api);
    const namespace = "default";
    const told: string[] = [];
    const informer = makeInformer(config, "/api/v1/namespaces/default/configmaps", () =>
      core.listNamespacedConfigMap({ namespace }),
    );
    const tell = (what: string) => (object: V1ConfigMap) =>
      void told.push(`${what} ${object.metadata?.name ?? ""} ${object.data?.["a"] ?? ""}`);
    informer.on("add", tell("add"));
    informer.on("update", tell("update"));
    informer.on("delete", tell("delete"));
    await informer.start();
    await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: "seen" }, data: { a: "1" } },
    });
    await core.replaceNamespacedConfigMap({
      namespace,
      name: "seen",
      body: { metadata: { name: "seen" }, data: { a: "2" } },
    });
    await core.deleteNamespacedConfigMap({ namespace, name: "seen" });
    await until("the informer has heard of it", () => told.includes("delete seen 2"));
    assert.deepEqual(
      told.filter((line) => line.includes("seen")),
      ["add seen 1", "update seen 2", "delete seen 2"],
    );
    await informer.stop();
  });

  test("client-node: applies any object on the server, and custom ones", async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const spec = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "any", namespace: "default" } };
    await objects.patch(
      { ...spec, data: { a: "1" } },
      undefined,
      undefined,
      "test",
      true,
      "application/apply-patch+yaml",
    );

    const core = config.makeApiClient(CoreV1Api);
    const { metadata } = await core.readNamespacedConfigMap({ name: "any", namespace: "default" });
    assert.equal(metadata?.managedFields?.[0]?.operation, "Apply");
    const group = "clients.example";
    await objects.create({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `gadgets.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural: "gadgets", kind: "Gadget" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: "object",
                properties: {
                  spec: { type: "object", properties: { size: { type: "integer", _default: 3 } } },
                },
              },
            },
          },
        ],
      },
    } as never);
    const custom = config.makeApiClient(CustomObjectsApi);
    const where = { group, version: "v1", namespace: "default", plural: "gadgets" };
    const made = (await custom.createNamespacedCustomObject({
      ...where,
      body: { apiVersion: `${group}/v1`, kind: "Gadget", metadata: { name: "one" }, spec: {} },
    })) as { spec: { size: number } };
    assert.equal(made.spec.size, 3);
  });

  test("client-node: log, exec and port-forward", async () => {
    const core = config.makeApiClient(CoreV1Api);
    const script =
      "import http.server,socketserver as s;print('up',flush=True);s.TCPServer(('',8080),http.server.SimpleHTTPRequestHandler).serve_forever()";
    await core.createNamespacedPod({
      namespace: "default",
      body: {
        metadata: { name: "served" },
        spec: { containers: [{ name: "main", image: "host/python3", args: ["-c", script] }] },
      },
    });
    await until(
      "it runs",
      async () => {
        const { status } = await core.readNamespacedPod({ name: "served", namespace: "default" });
        return status?.phase === "Running";
      },
      30_000,
    );
    await until("it has said something", async () =>
      (await core.readNamespacedPodLog({ name: "served", namespace: "default" })).includes("up"),
    );
    const log = new PassThrough();
    const words = textIn(log);
    await new Log(config).log("default", "served", "main", log);
    await until("the log tells of it", () => words().includes("up"));
    const out = new PassThrough();
    const said = textIn(out);
    const status = await new Promise((resolve) => {
      void new Exec(config).exec(
        "default",
        "served",
        "main",
        ["echo", "hi"],
        out,
        null,
        null,
        false,
        resolve,
      );
    });
    assert.equal((status as { status: string }).status, "Success");
    assert.equal(said(), "hi\n");
    const [input, output] = [new PassThrough(), new PassThrough()];
    const answer = textIn(output);
    await new PortForward(config).portForward("default", "served", [8080], output, null, input);
    input.write("GET / HTTP/1.0\r\n\r\n");
    await until("the pod answers", () => /200 OK/.test(answer()));
  });

  test("client-node: a conflict says so", async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const error: unknown = await apps
      .readNamespacedDeployment({ name: "nobody", namespace: "default" })
      .catch((reason: unknown) => reason);
    assert.equal((error as { code: number }).code, 404);
  });
});

/** What came out of a stream so far. */
function textIn(stream: PassThrough): () => string {
  let text = "";
  stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}
