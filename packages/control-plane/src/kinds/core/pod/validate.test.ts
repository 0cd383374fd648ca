import assert from "node:assert/strict";
import { test } from "node:test";
import { podKind } from "../../index.ts";
import { aPod, container, told, wrongWith } from "../../testing/objects.ts";

const wrong = (spec: object): readonly string[] => wrongWith(podKind, aPod(spec));
const wrongContainer = (parts: object): readonly string[] =>
  wrong({ containers: [{ ...container, ...parts }] });

/** What is wrong with changing `before` to `after`. */
const refused = (before: object, after: object): readonly string[] =>
  told(podKind.validateUpdate(aPod(after), aPod(before)));

test("accepts a plain pod", () => {
  assert.deepEqual(wrong({}), []);
});

test("wants containers with names and images", () => {
  assert.deepEqual(wrong({ containers: [] }), ["spec.containers: Required value"]);
  assert.deepEqual(wrong({ containers: [{}] }), [
    "spec.containers[0].name: Required value",
    "spec.containers[0].image: Required value",
  ]);
  assert.deepEqual(wrong({ containers: [container, container] }), [
    'spec.containers[1].name: Duplicate value: "main"',
  ]);
  const text = wrongContainer({ name: "Main" }).join();
  assert.match(
    text,
    /^spec\.containers\[0\]\.name: Invalid value: "Main": a lowercase RFC 1123 label must consist of/,
  );
});

test("wants one of the known policies", () => {
  assert.deepEqual(wrong({ restartPolicy: "Sometimes" }), [
    'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
  ]);
  assert.deepEqual(wrongContainer({ imagePullPolicy: "Maybe" }), [
    'spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"',
  ]);
});

test("wants ports that exist and are not taken twice", () => {
  assert.deepEqual(wrongContainer({ ports: [{ containerPort: 70_000 }] }), [
    "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
  ]);
  const ports = [
    { containerPort: 80, hostPort: 80 },
    { containerPort: 81, hostPort: 80 },
  ];
  assert.deepEqual(wrongContainer({ ports }), [
    'spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//80"',
  ]);
});

test("wants environment variables with one source", () => {
  assert.deepEqual(wrongContainer({ env: [{ value: "x" }] }), [
    "spec.containers[0].env[0].name: Required value",
  ]);
  assert.deepEqual(
    wrongContainer({
      env: [{ name: "A", value: "x", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
    }),
    [
      'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    ],
  );
  assert.equal(
    wrongContainer({ env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "spec.secret" } } }] }).length,
    1,
  );
});

test("wants mounts of volumes that are there", () => {
  assert.deepEqual(wrongContainer({ volumeMounts: [{ name: "data", mountPath: "/data" }] }), [
    'spec.containers[0].volumeMounts[0].name: Not found: "data"',
  ]);
  assert.deepEqual(wrong({ volumes: [{ name: "a", emptyDir: {}, hostPath: { path: "/x" } }] }), [
    "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type",
  ]);
  assert.deepEqual(wrong({ volumes: [{ name: "a", secret: { items: [{ key: "k", path: "../x" }] } }] }), [
    "spec.volumes[0].secret.secretName: Required value",
    "spec.volumes[0].secret.items[0].path: Invalid value: \"../x\": must not contain '..'",
  ]);
});

test("wants requests within limits", () => {
  assert.deepEqual(wrongContainer({ resources: { limits: { cpu: "1" }, requests: { cpu: "1500m" } } }), [
    'spec.containers[0].resources.requests: Invalid value: "1500m": must be less than or equal to cpu limit of 1',
  ]);
  assert.match(wrongContainer({ resources: { requests: { cpu: "much" } } }).join(), /quantities must match/);
});

test("wants probes that ask in one way", () => {
  assert.deepEqual(wrongContainer({ livenessProbe: {} }), [
    "spec.containers[0].livenessProbe: Required value: must specify a handler type",
  ]);
  const both = { exec: { command: ["true"] }, tcpSocket: { port: 80 } };
  assert.deepEqual(wrongContainer({ livenessProbe: both }), [
    "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type",
  ]);
  assert.deepEqual(wrongContainer({ livenessProbe: { exec: { command: ["true"] }, successThreshold: 2 } }), [
    "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
  ]);
});

test("wants tolerations that mean something", () => {
  assert.deepEqual(wrong({ tolerations: [{ key: "a", operator: "Exists", tolerationSeconds: 3 }] }), [
    "spec.tolerations[0].effect: Invalid value: \"\": effect must be 'NoExecute' when `tolerationSeconds` is set",
  ]);
});

test("lets images, more tolerations and an earlier deadline change", () => {
  const image = { containers: [{ ...container, image: "host/node", imagePullPolicy: "Always" }] };
  assert.deepEqual(refused({}, image), []);
  assert.deepEqual(refused({}, { tolerations: [{ key: "a", operator: "Exists" }] }), []);
  assert.deepEqual(refused({}, { activeDeadlineSeconds: 10 }), []);
  assert.deepEqual(refused({ activeDeadlineSeconds: 10 }, { activeDeadlineSeconds: 5 }), []);
  assert.deepEqual(refused({ schedulingGates: [{ name: "g" }] }, {}), []);
});

test("lets nothing else change", () => {
  const forbidden =
    /^spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`/;
  assert.match(refused({}, { containers: [{ ...container, command: ["sh"] }] }).join(), forbidden);
  assert.match(refused({}, { nodeName: "board-1" }).join(), forbidden);
  assert.match(refused({}, { terminationGracePeriodSeconds: 3 }).join(), forbidden);
  assert.match(refused({}, { nodeSelector: { disk: "ssd" } }).join(), forbidden);
  assert.match(
    refused({}, { containers: [container, { ...container, name: "b" }] }).join(),
    /^spec\.containers: Forbidden/,
  );
  assert.match(
    refused({ activeDeadlineSeconds: 5 }, {}).join(),
    /must not update from a positive integer to nil value/,
  );
  assert.match(
    refused({ tolerations: [{ key: "a", operator: "Exists" }] }, {}).join(),
    /existing toleration can not be modified/,
  );
});
