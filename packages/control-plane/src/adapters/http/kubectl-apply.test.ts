/** Real kubectl over TLS: applying on the server and on the client, from one to the other, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ManagedFieldsEntry } from "../../api/managed-fields/entry.ts";
import { anHttpsApi, kubectl, type HttpsWorld } from "./testing/https-world.ts";

const skip = kubectl === undefined ? "there is no kubectl on this machine" : false;

/** Runs a command line that must end so; all that it says. */
async function run(
  { run }: Pick<HttpsWorld, "run">,
  line: string,
  input = "",
  expected = 0,
): Promise<string> {
  const { code, stdout, stderr } = await run(line.split(" "), input);
  assert.equal(code, expected, `kubectl ${line}: ${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

const deployment = (replicas: number | undefined, more = "") => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  ${replicas === undefined ? "" : `replicas: ${replicas}`}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: main
          image: host/sleep
${more}`;

const managers = async (world: HttpsWorld): Promise<readonly string[]> => {
  const text = await run(world, "get deployment web --show-managed-fields -o json");
  const { metadata } = JSON.parse(text) as {
    readonly metadata: { readonly managedFields: ManagedFieldsEntry[] };
  };
  return metadata.managedFields.map(({ manager = "", operation, subresource = "" }) =>
    `${manager} ${operation} ${subresource}`.trim(),
  );
};

test(
  "kubectl applies on the server, meets conflicts, insists, and sees what differs",
  { skip },
  async (t) => {
    const world = await anHttpsApi(t);
    const apply = "apply --server-side -f -";
    assert.match(await run(world, apply, deployment(2)), /deployment.apps\/web serverside-applied/);
    await run(world, "scale deployment web --replicas=5");
    const refused = await run(world, apply, deployment(2), 1);
    assert.match(
      refused,
      /Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps\/v1: \.spec\.replicas/,
    );
    assert.match(refused, /--force-conflicts/);
    assert.match(await run(world, "diff --server-side -f -", deployment(undefined)), /^$/);
    assert.match(
      await run(world, "diff --server-side --force-conflicts -f -", deployment(2), 1),
      /-  replicas: 5\n\+  replicas: 2/,
    );
    await run(world, `${apply} --force-conflicts`, deployment(2));
    assert.deepEqual(await managers(world), ["kubectl Apply"]);
    assert.equal(await run(world, "get deployment web -o jsonpath={.spec.replicas}"), "2");
    assert.doesNotMatch(await run(world, "get deployment web -o yaml"), /managedFields/);
    assert.match(await run(world, "get deployment web -o yaml --show-managed-fields"), /k:\{"name":"main"\}/);
    assert.match(
      await run(
        world,
        "apply --server-side --dry-run=server -f -",
        deployment(7).replace("name: web", "name: dry"),
      ),
      /dry serverside-applied \(server dry run\)/,
    );
    assert.match(await run(world, "get deployment dry", "", 1), /not found/);
    assert.match(
      await run(world, apply, deployment(2, "          imag: x\n"), 1),
      /field not declared in schema/,
    );
  },
);

test("kubectl moves what it applied on the client to the server, and back", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  await run(world, "apply -f -", deployment(2));
  assert.deepEqual(await managers(world), ["kubectl-client-side-apply Update"]);
  await run(world, "apply --server-side -f -", deployment(3));
  const after = await managers(world);
  assert.ok(after.includes("kubectl Apply"), after.join());
  assert.ok(!after.includes("kubectl-client-side-apply Update"), after.join());
  assert.match(await run(world, "apply view-last-applied deployment web"), /replicas: 3/);
  // What is not applied any more goes: nobody but kubectl ever owned it.
  await run(world, "apply --server-side -f -", deployment(3).replace("  labels: {app: web}\nspec", "spec"));
  assert.equal(await run(world, "get deployment web -o jsonpath={.metadata.labels}"), "");
  await run(world, "apply -f -", deployment(4));
  assert.equal(await run(world, "get deployment web -o jsonpath={.spec.replicas}"), "4");
});

test(
  "kubectl patches in all dialects, and is told what is wrong in Kubernetes' words",
  { skip },
  async (t) => {
    const world = await anHttpsApi(t);
    await run(world, "create -f -", deployment(1));
    const patch = (type: string, body: object, expected = 0) =>
      run(world, `patch deployment web --type=${type} -p ${JSON.stringify(body)}`, "", expected);
    const container = { name: "side", image: "host/cat" };
    await patch("strategic", { spec: { template: { spec: { containers: [container] } } } });
    const names = "get deployment web -o jsonpath={.spec.template.spec.containers[*].name}";
    assert.equal(await run(world, names), "side main", "what is new comes first, as in Kubernetes");
    await patch("strategic", {
      spec: { template: { spec: { containers: [{ name: "side", $patch: "delete" }] } } },
    });
    assert.equal(await run(world, names), "main");
    await patch("json", [{ op: "replace", path: "/spec/replicas", value: 3 }]);
    await patch("merge", { spec: { paused: true } });
    assert.equal(await run(world, "get deployment web -o jsonpath={.spec.replicas}{.spec.paused}"), "3true");
    assert.match(
      await patch("json", [{ op: "remove", path: "/spec/none" }], 1),
      /the server rejected our request due to an error in our request/,
    );
    assert.match(
      await patch("strategic", { spec: { template: { spec: { containers: [{ image: "x" }] } } } }, 1),
      /map: map\[image:x\] does not contain declared merge key: name/,
    );
    const unknown = await run(world, "apply -f - --validate=strict", deployment(1, "          imag: x\n"), 1);
    assert.match(unknown, /strict decoding error: unknown field "spec.template.spec.containers\[0\].imag"/);
    assert.match(await run(world, "label deployment web tier=front"), /labeled/);
    assert.match(await run(world, "delete deployment web --dry-run=server"), /server dry run/);
    assert.match(await run(world, "get deployment web -o name"), /deployment.apps\/web/);
  },
);
