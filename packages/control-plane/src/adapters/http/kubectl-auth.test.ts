/** Real kubectl over TLS: who somebody is, what they may do, and how they come to tokens and certificates. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { silentLog } from "@kubus/shared/log/log.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { certificateController } from "../../controllers/certificates/controller.ts";
import { makeControllers } from "../../controllers/engine/controllers.ts";
import { rbacAggregationController } from "../../controllers/rbac/aggregation.ts";
import { defaultPolicy } from "../../controllers/rbac/policy/index.ts";
import { eventKind } from "../../kinds/index.ts";
import { aRequest } from "../../kinds/certificates/testing/requests.ts";
import { certificateSigner } from "../x509/certificate-signer.ts";
import { anHttpsApi, kubectl, type HttpsWorld } from "./testing/https-world.ts";

const skip = kubectl === undefined ? "there is no kubectl on this machine" : false;

/** Runs a command line that must succeed; its standard output. */
async function ok({ run }: Pick<HttpsWorld, "run">, line: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(line.split(" "), input);
  assert.equal(code, 0, `kubectl ${line}: ${stderr}`);
  return stdout;
}

/** Runs a command line that must fail; all that it says. */
async function fails({ run }: Pick<HttpsWorld, "run">, line: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(line.split(" "), input);
  assert.notEqual(code, 0, `kubectl ${line} should fail, but said: ${stdout}`);
  return `${stdout}${stderr}`;
}

/** An API with the default policy, as a cluster's controller puts it in place. */
async function anApiWithRoles(t: TestContext): Promise<HttpsWorld> {
  const world = await anHttpsApi(t);
  const objects = world.api.objectsAs("test");
  for (const { kind, object } of defaultPolicy) await objects.create(kind, object);
  return world;
}

test("kubectl asks what somebody may do", { skip }, async (t) => {
  const world = await anApiWithRoles(t);
  assert.equal(await ok(world, "auth can-i create pods"), "yes\n");
  await ok(world, "create role reader --verb=get,list --resource=pods,pods/log");
  await ok(
    world,
    "create rolebinding readers --role=reader --user=jane --group=staff --serviceaccount=default:robot",
  );
  await ok(world, "create clusterrole health --verb=get --non-resource-url=/metrics");
  await ok(world, "create clusterrolebinding health --clusterrole=health --user=jane");
  assert.equal(await ok(world, "auth can-i list pods --as=jane"), "yes\n");
  assert.equal(await ok(world, "auth can-i get pods --subresource=log --as=bob --as-group=staff"), "yes\n");
  assert.equal(await ok(world, "auth can-i get /metrics --as=jane"), "yes\n");
  assert.equal(await fails(world, "auth can-i delete pods --as=jane"), "no\n");
  assert.equal(await fails(world, "auth can-i list pods -n kube-system --as=jane"), "no\n");
  assert.equal(await ok(world, "auth can-i list pods --as=system:serviceaccount:default:robot"), "yes\n");
  const list = await ok(world, "auth can-i --list --as=jane");
  assert.match(list, /pods +\[\] +\[\] +\[get list\]/);
  assert.match(list, /\[\/metrics\] +\[\] +\[get\]/);
  assert.match(
    await fails(world, "get services --as=jane"),
    /Error from server \(Forbidden\): services is forbidden: User "jane" cannot list resource "services" in API group "" in the namespace "default"/,
  );
  assert.match(
    await ok(world, "get rolebindings -o wide"),
    /readers +Role\/reader +\d+s +jane +staff +default\/robot/,
  );
  assert.match(await ok(world, "get roles,clusterroles"), /reader +2\d\d\d-\d\d-\d\dT/);
  assert.match(await ok(world, "describe role reader"), /pods +\[\] +\[\] +\[get list\]/);
  assert.match(await ok(world, "describe clusterrolebinding health"), /User +jane/);
});

test("kubectl asks who it is", { skip }, async (t) => {
  const world = await anApiWithRoles(t);
  assert.match(
    await ok(world, "auth whoami"),
    /Username +kubernetes-admin\nGroups +\[system:masters system:authenticated\]/,
  );
  const other = await ok(world, "auth whoami --as=jane --as-group=staff --as-group=on,call --as-uid=7");
  assert.match(other, /Username +jane\nUID +7\nGroups +\[staff on,call system:authenticated\]/);
});

test("kubectl gets a token that is good for exactly what the service account may do", { skip }, async (t) => {
  const world = await anApiWithRoles(t);
  await ok(world, "create serviceaccount robot");
  await ok(world, "create role reader --verb=get,list --resource=configmaps");
  await ok(world, "create rolebinding robots --role=reader --serviceaccount=default:robot");
  const token = (await ok(world, "create token robot --duration=1h")).trim();
  const asRobot = { as: undefined, headers: { authorization: `Bearer ${token}` } };
  const status = async (path: string) => (await world.ask("GET", path, asRobot)).status;
  assert.equal(await status("/api/v1/namespaces/default/configmaps"), 200);
  assert.equal(await status("/api/v1/namespaces/kube-system/configmaps"), 403);
  assert.match(
    await fails(world, "create token robot --duration=5m"),
    /spec\.expirationSeconds: Invalid value: 300: may not specify a duration less than 10 minutes/,
  );
  assert.match(await fails(world, "create token nobody"), /serviceaccounts "nobody" not found/);
  await ok(world, "delete serviceaccount robot");
  assert.equal(await status("/api/v1/namespaces/default/configmaps"), 401);
});

test("kubectl approves a request, and the certificate opens the API", { skip }, async (t) => {
  const world = await anApiWithRoles(t);
  const { authority } = world;
  const signer = certificateSigner({ certificate: authority.certificate, key: authority.key });
  const controllers = makeControllers({
    controllers: [certificateController({ signer }), rbacAggregationController],
    cache: world.cache,
    objectsAs: world.api.objectsAs,
    eventKind,
    clock: systemClock,
    log: silentLog,
    onError: (error) => assert.fail(String(error)),
  });
  controllers.start();
  t.after(() => controllers.stop());
  const { request, key } = await aRequest({ name: "jane", groups: ["staff"] });
  const manifest = JSON.stringify({
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name: "jane" },
    spec: {
      request,
      signerName: "kubernetes.io/kube-apiserver-client",
      usages: ["client auth"],
      expirationSeconds: 86_400,
    },
  });
  await ok(world, "create -f -", manifest);
  assert.match(
    await ok(world, "get csr"),
    /NAME +AGE +SIGNERNAME +REQUESTOR +REQUESTEDDURATION +CONDITION\njane +\d+s +kubernetes.io\/kube-apiserver-client +kubernetes-admin +24h +Pending/,
  );
  assert.equal(
    await ok(world, "certificate approve jane"),
    "certificatesigningrequest.certificates.k8s.io/jane approved\n",
  );
  const certificate = await until("the certificate", async () => {
    const encoded = await ok(world, "get csr jane -o jsonpath={.status.certificate}");
    return encoded === "" ? undefined : Buffer.from(encoded, "base64").toString();
  });
  assert.match(await ok(world, "get csr jane"), /Approved,Issued/);
  const { status, body } = await world.ask("GET", "/api/v1/pods", { as: { certificate, key } });
  assert.equal(status, 403);
  assert.match(body.toString(), /User \\"jane\\" cannot list resource/);
  await ok(world, "create clusterrolebinding staff --clusterrole=view --group=staff");
  await until("the role to count", async () => {
    const answer = await world.ask("GET", "/api/v1/pods", { as: { certificate, key } });
    return answer.status === 200 ? answer : undefined;
  });
  const denied = JSON.stringify({ ...JSON.parse(manifest), metadata: { name: "other" } });
  await ok(world, "create -f -", denied);
  await ok(world, "certificate deny other");
  assert.match(await ok(world, "get csr other"), /Denied/);
  assert.match(await fails(world, "certificate approve other"), /is already Denied/);
});

test("kubectl reconciles roles", { skip }, async (t) => {
  const world = await anApiWithRoles(t);
  const role = (verbs: string) =>
    `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"a","namespace":"default"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":[${verbs}]}]}`;
  assert.match(
    await ok(world, "auth reconcile -f -", role('"get"')),
    /role.rbac.authorization.k8s.io\/a reconciled/,
  );
  await ok(world, "auth reconcile -f -", role('"list"'));
  assert.equal(await ok(world, "get role a -o jsonpath={.rules[*].verbs[*]}"), "get list");
});
