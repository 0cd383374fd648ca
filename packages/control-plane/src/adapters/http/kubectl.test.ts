/** Real kubectl over TLS against the API: the commands that need no agent. */
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { nodeKind, podKind } from "../../kinds/index.ts";
import { anHttpsApi, kubectl, type HttpsWorld } from "./testing/https-world.ts";

const skip = kubectl === undefined ? "there is no kubectl on this machine" : false;

/** Runs a command line that must succeed; its standard output. */
async function ok({ run }: Pick<HttpsWorld, "run">, line: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(split(line), input);
  assert.equal(code, 0, `kubectl ${line}: ${stderr}`);
  return stdout;
}

/** Runs a command line that must fail; what it says. */
async function fails({ run }: Pick<HttpsWorld, "run">, line: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(split(line), input);
  assert.notEqual(code, 0, `kubectl ${line} should fail, but said: ${stdout}`);
  return stderr;
}

/** Words, with '...' for those that hold blanks. */
const split = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

const manifest = (image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: main, image: ${image}, ports: [{containerPort: 8080}]}
`;

test("kubectl finds out what there is", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  assert.match(await ok(world, "version"), /Server Version: v1\.33\.0\+kubus\.0\.1\.0/);
  assert.match(await ok(world, "cluster-info"), /control plane.* is running at/);
  const resources = await ok(world, "api-resources");
  assert.match(resources, /^pods +po +v1 +true +Pod$/m);
  assert.match(resources, /^deployments +deploy +apps\/v1 +true +Deployment$/m);
  assert.match(resources, /^nodes +no +v1 +false +Node$/m);
  assert.match(await ok(world, "api-versions"), /^apps\/v1\n[\s\S]*^coordination\.k8s\.io\/v1\n[\s\S]*^v1$/m);
  assert.match(await ok(world, "get --raw /readyz?verbose"), /readyz check passed/);
});

test("kubectl creates, shows, changes and deletes", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  assert.equal(
    await ok(world, "create deployment web --image=host/python3 --replicas=0"),
    "deployment.apps/web created\n",
  );
  assert.match(
    await ok(world, "get deployments"),
    /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0\/0 +0 +0 +\d+s\n$/,
  );
  assert.match(
    await ok(world, "get deploy web -o wide"),
    /CONTAINERS +IMAGES +SELECTOR[\s\S]*python3 +host\/python3 +app=web/,
  );
  assert.match(await ok(world, "get deploy web -o yaml"), /replicas: 0/);
  await ok(world, "scale deployment web --replicas=3");
  assert.equal(await ok(world, "get deploy web -o jsonpath={.spec.replicas}/{.metadata.generation}"), "3/2");
  await ok(world, "set image deployment/web python3=host/perl");
  await ok(world, "label deployment web tier=front");
  await ok(world, "annotate deployment web note=hello");
  assert.match(await ok(world, "get deploy -l tier=front --show-labels"), /app=web,tier=front/);
  await ok(
    world,
    `patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"python3","env":[{"name":"A","value":"1"}]}]}}}}'`,
  );
  await ok(world, `patch deployment web --type=merge -p '{"spec":{"paused":true}}'`);
  await ok(
    world,
    `patch deployment web --type=json -p '[{"op":"replace","path":"/spec/replicas","value":5}]'`,
  );
  const [container] = JSON.parse(
    await ok(world, "get deploy web -o jsonpath={.spec.template.spec.containers}"),
  ) as [Record<string, unknown>];
  assert.deepEqual([container["image"], container["env"]], ["host/perl", [{ name: "A", value: "1" }]]);
  assert.equal(await ok(world, "get deploy web -o jsonpath={.spec.replicas}/{.spec.paused}"), "5/true");
  assert.equal(await ok(world, "delete deployment web"), 'deployment.apps "web" deleted\n');
  assert.match(
    await fails(world, "get deployment web"),
    /Error from server \(NotFound\): deployments\.apps "web" not found/,
  );
  assert.match(await ok(world, "get deployments -A --ignore-not-found"), /^$/);
});

test("kubectl creates the small kinds", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  await ok(world, "create namespace room");
  await ok(world, "create configmap settings -n room --from-literal=a=1");
  await ok(world, "create secret generic keys -n room --from-literal=a=1");
  await ok(world, "create serviceaccount robot -n room");
  await ok(world, "create service clusterip web -n room --tcp=80:8080");
  await ok(world, "run one -n room --image=host/sleep -- 5");
  assert.match(await ok(world, "get all -n room"), /pod\/one[\s\S]*service\/web/);
  assert.match(
    await ok(world, "get cm,secrets,sa -A"),
    /room +configmap\/settings[\s\S]*room +secret\/keys[\s\S]*room +serviceaccount\/robot/,
  );
  assert.match(await ok(world, "get pods -n room"), /^one +0\/1 +Pending +0 /m);
  assert.match(
    await fails(world, "create namespace room"),
    /\(AlreadyExists\): namespaces "room" already exists/,
  );
  assert.match(
    await fails(world, "run Wrong_Name --image=host/sleep"),
    /is invalid:[\s\S]*metadata\.name: Invalid value/,
  );
  assert.match(await fails(world, "create configmap a -n nowhere"), /namespaces "nowhere" not found/);
  assert.match(await ok(world, "delete pod one -n room --force --grace-period=0"), /pod "one" force deleted/);
});

test("kubectl applies, compares and edits", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  assert.equal(await ok(world, "apply -f -", manifest("host/python3")), "deployment.apps/web created\n");
  assert.equal(await ok(world, "apply -f -", manifest("host/python3")), "deployment.apps/web unchanged\n");
  assert.equal(await ok(world, "apply -f -", manifest("host/perl")), "deployment.apps/web configured\n");
  assert.equal(await ok(world, "get deploy web -o jsonpath={..image}"), "host/perl");
  const env = await world.run(["replace", "-f", "-"], manifest("host/ruby"));
  assert.equal(env.code, 0, env.stderr);
  const unknown = manifest("host/perl").replace("replicas: 2", "replica: 2");
  assert.match(
    await fails(world, "apply -f -", unknown),
    /strict decoding error: unknown field "spec\.replica"/,
  );
  const wrong = manifest("host/perl").replace("replicas: 2", 'replicas: "two"');
  assert.match(await fails(world, "apply -f -", wrong), /spec\.replicas/);
  const foreign = "apiVersion: example.com/v1\nkind: Foo\nmetadata: {name: a}\n";
  assert.match(
    await fails(world, "apply -f -", foreign),
    /no matches for kind "Foo" in version "example\.com\/v1"/,
  );
  assert.equal(await ok(world, "delete -f -", manifest("host/perl")), 'deployment.apps "web" deleted\n');
});

test("kubectl explains from the served schema", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  assert.match(await ok(world, "explain pods.spec.containers.ports"), /containerPort\s+<integer> -required-/);
  assert.match(await ok(world, "explain deployment.spec.strategy"), /DeploymentStrategy/);
});

test("kubectl watches and waits", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  await ok(world, "run one --image=host/sleep -- 5");
  const watch = world.start("get", "pods", "-w", "--no-headers");
  const lines: string[] = [];
  createInterface({ input: watch.stdout ?? assert.fail() }).on("line", (line) => lines.push(line));
  await until("the first row", () => lines.length === 1);
  await ok(world, "run two --image=host/sleep -- 5");
  await until("the second pod", () => lines.some((line) => line.startsWith("two")));
  const waiting = ok(world, "wait pod/one --for=jsonpath={.status.phase}=Running --timeout=20s");
  const pods = podKind;
  await world.api
    .objectsAs("test")
    .patch(pods, { namespace: "default", name: "one" }, { status: { phase: "Running" } }, "status");
  assert.equal(await waiting, "pod/one condition met\n");
  const watches = async () => (await world.ask("GET", "/metrics")).body.toString();
  const areOpen = async (count: number) =>
    (await watches()).includes(`requests{verb="watch",resource="pods",subresource=""} ${count}\n`);
  await until("one watch is open", () => areOpen(1));
  const gone = ok(world, "wait pod/one --for=delete --timeout=20s");
  await until("kubectl waits", () => areOpen(2));
  await ok(world, "delete pod one");
  assert.equal(await gone, "pod/one condition met\n");
});

test("kubectl describes, and cordons a node", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  await world.api.objectsAs("test").create(nodeKind, { metadata: { name: "board-1" }, spec: {} });
  await ok(world, "run one --image=host/sleep -- 5");
  assert.match(await ok(world, "describe pod one"), /^Name: +one$/m);
  await ok(world, "cordon board-1");
  assert.match(await ok(world, "get nodes"), /board-1 +\S*SchedulingDisabled/);
  assert.match(await ok(world, "describe node board-1"), /Unschedulable: +true/);
  await ok(world, "uncordon board-1");
  assert.match(await ok(world, "get events"), /^$/);
});

test("kubectl pages through long lists", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  for (let i = 0; i < 12; i += 1) await ok(world, `create configmap c${i}`);
  const rows = await ok(world, "get cm --chunk-size=5 --no-headers");
  assert.equal(rows.trim().split("\n").length, 12);
});
