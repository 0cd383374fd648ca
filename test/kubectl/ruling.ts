/** Commands about who may: auth, tokens, certificates; and kinds that users define. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { until } from "@kubus/shared/testing/until.ts";
import type { CommandRow } from "./command.ts";
import { assertHolds } from "./making.ts";

const impersonated = (kubectl: { readonly namespace: string }) =>
  `--as=system:serviceaccount:${kubectl.namespace}:robot`;

export const ruling: readonly CommandRow[] = [
  {
    title: "auth can-i, for oneself and for others",
    run: async (kubectl) => {
      assert.equal(await kubectl.run("auth can-i create pods"), "yes\n");
      const may = (words: string) => kubectl.try(`auth can-i ${words} --as=jane`);
      assert.equal((await may("list pods")).stdout, "yes\n");
      assert.deepEqual([(await may("delete pods")).stdout, (await may("delete pods")).code], ["no\n", 1]);
      assert.match(await kubectl.run("auth can-i --list --as=jane"), /pods +\[\] +\[\] +\[get list\]/);
    },
  },
  {
    title: "who may not is told so",
    run: async (kubectl) => {
      const said = await kubectl.fails(`get pods ${impersonated(kubectl)}`);
      assert.match(
        said,
        /\(Forbidden\): pods is forbidden: User "system:serviceaccount:\S+:robot" cannot list resource "pods" in API group "" in the namespace/,
      );
      await kubectl.run(
        `create rolebinding robots --role=reader --serviceaccount=${kubectl.namespace}:robot`,
      );
      await kubectl.run(`get pods ${impersonated(kubectl)}`);
    },
  },
  {
    title: "auth reconcile",
    run: async (kubectl) => {
      const role = {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: "reader", namespace: kubectl.namespace },
        rules: [{ apiGroups: [""], resources: ["pods", "services"], verbs: ["get", "list"] }],
      };
      await kubectl.run(`auth reconcile -f ${await kubectl.manifest("role", role)}`);
      const { rules } = await kubectl.read("rbac.authorization.k8s.io/v1 roles/reader");
      assert.ok(JSON.stringify(rules).includes("services"));
    },
  },
  {
    title: "auth whoami",
    since: 27,
    run: async (kubectl) => assert.match(await kubectl.run("auth whoami"), /Username +\S+/),
  },
  {
    title: "create token, and the token works",
    since: 24,
    run: async (kubectl) => {
      const token = (await kubectl.run("create token robot --duration=10m")).trim();
      const [, payload = ""] = token.split(".");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as { sub: string };
      assert.equal(claims.sub, `system:serviceaccount:${kubectl.namespace}:robot`);
      const config = JSON.parse(await kubectl.run("config view --raw -o json")) as {
        clusters: { cluster: { server: string } }[];
      };
      const server = config.clusters[0]?.cluster.server ?? "";
      const empty = await kubectl.manifest("empty", { apiVersion: "v1", kind: "Config" });
      const alone = `--kubeconfig=${empty} --server=${server} --insecure-skip-tls-verify --token=${token}`;
      await kubectl.run(`${alone} get pods`);
      assert.match(await kubectl.fails(`${alone} get secrets`), /Forbidden/);
    },
  },
  {
    title: "certificate approve ends with a certificate",
    run: async (kubectl) => {
      const name = kubectl.namespace;
      const [key, request] = [kubectl.path("key.pem"), kubectl.path("request.pem")];
      execFileSync(
        "openssl",
        [
          "req",
          "-new",
          "-newkey",
          "rsa:2048",
          "-nodes",
          "-keyout",
          key,
          "-out",
          request,
          "-subj",
          "/CN=mary/O=people",
        ],
        { stdio: "ignore" },
      );
      const csr = {
        apiVersion: "certificates.k8s.io/v1",
        kind: "CertificateSigningRequest",
        metadata: { name },
        spec: {
          request: (await readFile(request)).toString("base64"),
          signerName: "kubernetes.io/kube-apiserver-client",
          usages: ["client auth"],
        },
      };
      const path = `/apis/certificates.k8s.io/v1/certificatesigningrequests/${name}`;
      const created = await kubectl.cluster.api(
        "POST",
        "/apis/certificates.k8s.io/v1/certificatesigningrequests",
        csr,
      );
      assert.equal(created.status, 201);
      assert.match(await kubectl.run("get csr"), /Pending/);
      // kubectl before 1.22 approves by certificates.k8s.io/v1beta1.
      await kubectl.run(`certificate approve ${name}`);
      const signed = await until("there is a certificate", async () => {
        const { body } = await kubectl.cluster.api<{ status: { certificate?: string } }>("GET", path);
        return body.status.certificate;
      });
      assert.match(Buffer.from(signed, "base64").toString(), /BEGIN CERTIFICATE/);
      assert.match(await kubectl.run("get csr"), /Approved,Issued/);
      await kubectl.run(`delete csr ${name}`);
    },
  },
  {
    title: "a kind of one's own: created, listed, explained, deleted",
    run: async (kubectl) => {
      const plural = `things${kubectl.minor}`;
      const kind = `Thing${kubectl.minor}`;
      const group = "test.example";
      const schema = {
        type: "object",
        properties: {
          spec: { type: "object", properties: { size: { type: "integer", minimum: 1 } }, required: ["size"] },
        },
      };
      const crd = {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${plural}.${group}` },
        spec: {
          group,
          scope: "Namespaced",
          names: { plural, kind, singular: kind.toLowerCase() },
          versions: [
            {
              name: "v1",
              served: true,
              storage: true,
              schema: { openAPIV3Schema: schema },
              additionalPrinterColumns: [{ name: "Size", type: "integer", jsonPath: ".spec.size" }],
            },
          ],
        },
      };
      await kubectl.run(`apply -f ${await kubectl.manifest("crd", crd)}`);
      await kubectl.run(`wait --for=condition=Established crd/${plural}.${group} --timeout=10s`);
      const thing = (size: number) => ({
        apiVersion: `${group}/v1`,
        kind,
        metadata: { name: "one" },
        spec: { size },
      });
      await kubectl.run(`apply -f ${await kubectl.manifest("thing", thing(3))}`);
      assertHolds(await kubectl.read(`${group}/v1 ${plural}/one`), { spec: { size: 3 } });
      assert.match(await kubectl.run(`get ${plural}`), /NAME +SIZE\none +3/);
      assert.match(
        await kubectl.fails(`apply -f ${await kubectl.manifest("thing", thing(0))}`),
        /spec\.size.*should be greater than or equal to 1/,
      );
      assert.match(await kubectl.run(`explain ${plural}.spec`), /size/);
      await kubectl.run(`delete crd ${plural}.${group}`);
      assert.equal((await kubectl.answer(`${group}/v1 ${plural}/one`)).status, 404);
    },
  },
];
