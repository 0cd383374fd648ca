import assert from "node:assert/strict";
import { test } from "node:test";
import { anApi, aConfigMap, aDeployment, aPod, type World } from "../../testing/world.ts";

const group = "/apis/admissionregistration.k8s.io/v1";
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const maps = "/api/v1/namespaces/default/configmaps";
const about = (resource: string, apiGroup = "", more: object = {}) => ({
  resourceRules: [
    {
      operations: ["CREATE", "UPDATE"],
      apiGroups: [apiGroup],
      apiVersions: ["v1"],
      resources: [resource],
      ...more,
    },
  ],
});

interface Made {
  readonly policy: object;
  readonly binding?: object;
  readonly name?: string;
}

async function withPolicy(world: World, { policy, binding = {}, name = "rule" }: Made): Promise<void> {
  const made = await world.ask("POST", `${group}/validatingadmissionpolicies`, {
    body: { metadata: { name }, spec: { matchConstraints: about("deployments", "apps"), ...policy } },
  });
  assert.equal(made.status, 201, made.text);
  const bound = await world.ask("POST", `${group}/validatingadmissionpolicybindings`, {
    body: {
      metadata: { name: `${name}-here` },
      spec: { policyName: name, validationActions: ["Deny"], ...binding },
    },
  });
  assert.equal(bound.status, 201, bound.text);
}

const deploy = (world: World, replicas: number, name = "web") =>
  world.ask("POST", deployments, { body: aDeployment(name, replicas) });
const atMost = (max: string, more: object = {}) => ({
  validations: [{ expression: `object.spec.replicas <= ${max}`, ...more }],
});

test("refuses what breaks a rule, in Kubernetes' words", async () => {
  const world = await anApi();
  await withPolicy(world, { policy: atMost("5") });
  assert.equal((await deploy(world, 5)).status, 201);
  const { status, json } = await deploy(world, 6, "big");
  assert.deepEqual(
    [status, json.reason, json.message],
    [
      422,
      "Invalid",
      `deployments.apps "big" is forbidden: ValidatingAdmissionPolicy 'rule' with binding 'rule-here' denied request: failed expression: object.spec.replicas <= 5`,
    ],
  );
  assert.deepEqual(
    json.details.causes?.map(({ message }) => message),
    [
      "ValidatingAdmissionPolicy 'rule' with binding 'rule-here' denied request: failed expression: object.spec.replicas <= 5",
    ],
  );
});

test("says what the policy wants said, with the status of its reason", async () => {
  const world = await anApi();
  const messageExpression = "'at most ' + string(variables.max) + ', not ' + string(object.spec.replicas)";
  await withPolicy(world, {
    policy: {
      variables: [{ name: "max", expression: "2 + 1" }],
      ...atMost("variables.max", { message: "too many", messageExpression, reason: "Forbidden" }),
    },
  });
  const { status, json } = await deploy(world, 4);
  assert.equal(status, 403);
  assert.match(json.message, /denied request: at most 3, not 4$/);
});

test("a policy without a binding, and one whose binding means something else, says nothing", async () => {
  const world = await anApi();
  await world.ask("POST", `${group}/validatingadmissionpolicies`, {
    body: {
      metadata: { name: "loose" },
      spec: { matchConstraints: about("deployments", "apps"), ...atMost("0") },
    },
  });
  await withPolicy(world, {
    policy: atMost("0"),
    binding: { matchResources: { namespaceSelector: { matchLabels: { env: "test" } } } },
  });
  assert.equal((await deploy(world, 1)).status, 201);
});

test("rules may leave some out by name, and see updates with what was there", async () => {
  const world = await anApi();
  const excludeResourceRules = [
    { operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*"], resourceNames: ["free"] },
  ];
  await withPolicy(world, {
    policy: {
      matchConstraints: { ...about("deployments", "apps"), excludeResourceRules },
      validations: [
        {
          expression: "oldObject == null || object.spec.replicas >= oldObject.spec.replicas",
          message: "never fewer",
        },
      ],
    },
  });
  const scale = (name: string, replicas: number) =>
    world.ask("PATCH", `${deployments}/${name}`, {
      body: { spec: { replicas } },
      contentType: "application/merge-patch+json",
    });
  for (const name of ["free", "held"]) assert.equal((await deploy(world, 2, name)).status, 201);
  assert.equal((await scale("free", 1)).status, 200);
  assert.match((await scale("held", 1)).json.message, /never fewer$/);
  assert.equal((await scale("held", 3)).status, 200);
});

test("parameters come from objects: by name, by labels, or not at all", async () => {
  const world = await anApi();
  const policy = {
    paramKind: { apiVersion: "v1", kind: "ConfigMap" },
    ...atMost("int(params.data.max)"),
  };
  await withPolicy(world, {
    policy,
    binding: { paramRef: { name: "limits", parameterNotFoundAction: "Deny" } },
  });
  const missing = await deploy(world, 1);
  assert.match(
    missing.json.message,
    /failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction$/,
  );
  await world.ask("POST", maps, { body: aConfigMap("limits", { data: { max: "2" } }) });
  assert.equal((await deploy(world, 2)).status, 201);
  assert.equal((await deploy(world, 3, "big")).status, 422);
  await withPolicy(world, {
    policy,
    name: "labelled",
    binding: {
      paramRef: { selector: { matchLabels: { strict: "yes" } }, parameterNotFoundAction: "Allow" },
    },
  });
  assert.equal((await deploy(world, 2, "second")).status, 201);
  const strict = { metadata: { name: "strict", labels: { strict: "yes" } }, data: { max: "1" } };
  await world.ask("POST", maps, { body: aConfigMap("strict", strict) });
  assert.match((await deploy(world, 2, "third")).json.message, /Policy 'labelled' with binding/);
});

test("what fails is a fault, unless the policy says that it is none", async () => {
  const world = await anApi();
  const failing = { validations: [{ expression: "object.spec.nothing.at.all == 1" }] };
  await withPolicy(world, { policy: failing });
  const { status, json } = await deploy(world, 1);
  assert.equal(status, 422);
  assert.match(
    json.message,
    /expression 'object\.spec\.nothing\.at\.all == 1' resulted in error: no such key: nothing$/,
  );
  await world.ask("PATCH", `${group}/validatingadmissionpolicies/rule`, {
    body: { spec: { failurePolicy: "Ignore" } },
    contentType: "application/merge-patch+json",
  });
  assert.equal((await deploy(world, 1)).status, 201);
});

test("conditions decide first; the request, the namespace and the authorizer can be asked", async () => {
  const world = await anApi();
  await world.ask("POST", "/api/v1/namespaces", {
    body: { metadata: { name: "room", labels: { env: "prod" } } },
  });
  await withPolicy(world, {
    policy: {
      matchConstraints: about("pods"),
      matchConditions: [{ name: "people", expression: "!request.userInfo.groups.exists(g, g == 'robots')" }],
      validations: [
        {
          expression: "namespaceObject.metadata.labels[?'env'].orValue('') != 'prod'",
          message: "not in prod",
        },
        {
          expression: "authorizer.group('').resource('nodes').check('delete').allowed()",
          message: "only for masters of nodes",
        },
      ],
    },
  });
  const pods = (room: string) => `/api/v1/namespaces/${room}/pods`;
  const inRoom = await world.ask("POST", pods("room"), { body: aPod("a") });
  assert.match(inRoom.json.message, /not in prod$/);
  const robot = { name: "r2", groups: ["robots", "system:masters"] };
  assert.equal((await world.ask("POST", pods("room"), { body: aPod("a"), user: robot })).status, 201);
  const missing = await world.ask("POST", pods("room"), { body: aPod("b") });
  assert.equal(missing.status, 422);
});

test("the authorizer answers for whoever asks", async () => {
  const world = await anApi();
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["create"] }];
  await world.ask("POST", `${rbac}/clusterroles`, { body: { metadata: { name: "maps" }, rules } });
  await world.ask("POST", `${rbac}/clusterrolebindings`, {
    body: {
      metadata: { name: "maps" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "maps" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "jane" }],
    },
  });
  await withPolicy(world, {
    policy: {
      matchConstraints: about("configmaps"),
      validations: [
        { expression: "authorizer.requestResource.check('approve').allowed()", message: "not approved" },
      ],
    },
  });
  const user = { name: "jane", groups: ["system:authenticated"] };
  const jane = await world.ask("POST", maps, { body: aConfigMap("a"), user });
  assert.match(jane.json.message, /not approved$/);
  assert.equal((await world.ask("POST", maps, { body: aConfigMap("a") })).status, 201);
});

test("warnings and the audit log are other ways to tell", async () => {
  const events: { annotations?: Record<string, string> }[] = [];
  const world = await anApi({ audit: (event) => void events.push(event) });
  await withPolicy(world, {
    policy: {
      ...atMost("1"),
      auditAnnotations: [{ key: "replicas", valueExpression: "string(object.spec.replicas)" }],
    },
    binding: { validationActions: ["Warn", "Audit"] },
  });
  const { status, headers } = await deploy(world, 2);
  assert.deepEqual(
    [status, headers["warning"]],
    [
      201,
      [
        `299 - "Validation failed for ValidatingAdmissionPolicy 'rule' with binding 'rule-here': failed expression: object.spec.replicas <= 1"`,
      ],
    ],
  );
  const annotations = events.at(-1)?.annotations ?? {};
  assert.equal(annotations["rule/replicas"], "2");
  assert.deepEqual(JSON.parse(annotations["validation.policy.admission.k8s.io/validation_failure"] ?? ""), [
    {
      message: "failed expression: object.spec.replicas <= 1",
      policy: "rule",
      binding: "rule-here",
      expressionIndex: 0,
      validationActions: ["Warn", "Audit"],
    },
  ]);
});

test("policies are never about policies: one that forbids everything can be taken away", async () => {
  const world = await anApi();
  const everything = {
    resourceRules: [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] }],
  };
  await withPolicy(world, {
    policy: { matchConstraints: everything, validations: [{ expression: "false" }] },
  });
  assert.equal((await deploy(world, 1)).status, 422);
  assert.equal((await world.ask("DELETE", `${group}/validatingadmissionpolicies/rule`)).status, 200);
  assert.equal((await deploy(world, 1)).status, 201);
});
