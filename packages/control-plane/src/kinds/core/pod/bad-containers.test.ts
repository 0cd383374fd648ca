import { podKind } from "../../index.ts";
import { testRefusals, type Refused } from "../../testing/cases.ts";
import { at, container, one, pod } from "./testing/pods.ts";

const init = (parts: object) => pod({ initContainers: [{ ...container, name: "first", ...parts }] });

const containers: readonly Refused[] = [
  ["no containers", pod({ containers: [] }), "FieldValueRequired spec.containers"],
  ["no name", one({ name: "" }), `FieldValueRequired ${at}.name`],
  ["a name that is no label", one({ name: "Main" }), `FieldValueInvalid ${at}.name`],
  ["no image", one({ image: "" }), `FieldValueRequired ${at}.image`],
  ["an image with spaces around", one({ image: " a " }), `FieldValueInvalid ${at}.image`],
  [
    "a name twice",
    pod({ containers: [container, container] }),
    "FieldValueDuplicate spec.containers[1].name",
  ],
  [
    "the name of an init container",
    init({ name: "main" }),
    "FieldValueDuplicate spec.initContainers[0].name",
  ],
  [
    "an unknown pull policy",
    one({ imagePullPolicy: "Maybe" }),
    `FieldValueNotSupported ${at}.imagePullPolicy`,
  ],
  [
    "an unknown message policy",
    one({ terminationMessagePolicy: "Tell" }),
    `FieldValueNotSupported ${at}.terminationMessagePolicy`,
  ],
  [
    "a restart policy of its own",
    one({ restartPolicy: "Always" }),
    `FieldValueForbidden ${at}.restartPolicy`,
  ],
  [
    "an init container that is restarted on failure",
    init({ restartPolicy: "OnFailure" }),
    "FieldValueNotSupported spec.initContainers[0].restartPolicy",
  ],
  [
    "an init container with a probe",
    init({ livenessProbe: { exec: { command: ["true"] } } }),
    "FieldValueForbidden spec.initContainers[0].livenessProbe",
  ],
  [
    "an init container with hooks",
    init({ lifecycle: { preStop: { exec: { command: ["true"] } } } }),
    "FieldValueForbidden spec.initContainers[0].lifecycle",
  ],
];

const ports: readonly Refused[] = [
  ["no port", one({ ports: [{ name: "web" }] }), `FieldValueRequired ${at}.ports[0].containerPort`],
  [
    "a port too high",
    one({ ports: [{ containerPort: 70_000 }] }),
    `FieldValueInvalid ${at}.ports[0].containerPort`,
  ],
  [
    "a name in capitals, without a letter that counts",
    one({ ports: [{ containerPort: 1, name: "WEB" }] }),
    `FieldValueInvalid ${at}.ports[0].name`,
    `FieldValueInvalid ${at}.ports[0].name`,
  ],
  [
    "a port name twice",
    one({
      ports: [
        { containerPort: 1, name: "a" },
        { containerPort: 2, name: "a" },
      ],
    }),
    `FieldValueDuplicate ${at}.ports[1].name`,
  ],
  [
    "an unknown protocol",
    one({ ports: [{ containerPort: 1, protocol: "ICMP" }] }),
    `FieldValueNotSupported ${at}.ports[0].protocol`,
  ],
  [
    "a host port twice",
    one({
      ports: [
        { containerPort: 1, hostPort: 9 },
        { containerPort: 2, hostPort: 9 },
      ],
    }),
    `FieldValueDuplicate ${at}.ports[1].hostPort`,
  ],
  [
    "another host port on the network of the host",
    one({ ports: [{ containerPort: 80, hostPort: 81 }] }, { hostNetwork: true }),
    `FieldValueInvalid ${at}.ports[0].hostPort`,
  ],
];

const env = (...variables: readonly object[]) => one({ env: variables });
const from = (valueFrom: object) => env({ name: "A", valueFrom });
const variables: readonly Refused[] = [
  ["no name", env({ value: "x" }), `FieldValueRequired ${at}.env[0].name`],
  ["a name with =", env({ name: "A=B" }), `FieldValueInvalid ${at}.env[0].name`],
  [
    "a value from two places",
    env({ name: "A", value: "x", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }),
    `FieldValueInvalid ${at}.env[0].valueFrom`,
  ],
  ["a value from nowhere", from({}), `FieldValueInvalid ${at}.env[0].valueFrom`],
  ["no field", from({ fieldRef: {} }), `FieldValueRequired ${at}.env[0].valueFrom.fieldRef.fieldPath`],
  [
    "a field that nobody knows",
    from({ fieldRef: { fieldPath: "spec.secret" } }),
    `FieldValueInvalid ${at}.env[0].valueFrom.fieldRef.fieldPath`,
  ],
  [
    "a field that is no text",
    from({ fieldRef: { fieldPath: "metadata.labels" } }),
    `FieldValueNotSupported ${at}.env[0].valueFrom.fieldRef.fieldPath`,
  ],
  [
    "a label that cannot be",
    from({ fieldRef: { fieldPath: "metadata.labels['a b']" } }),
    `FieldValueInvalid ${at}.env[0].valueFrom.fieldRef`,
  ],
  [
    "an unknown resource",
    from({ resourceFieldRef: { resource: "limits.disk" } }),
    `FieldValueNotSupported ${at}.env[0].valueFrom.resourceFieldRef.resource`,
  ],
  [
    "an odd divisor",
    from({ resourceFieldRef: { resource: "limits.cpu", divisor: "1k" } }),
    `FieldValueInvalid ${at}.env[0].valueFrom.resourceFieldRef.divisor`,
  ],
  [
    "neither config map nor key",
    from({ configMapKeyRef: {} }),
    `FieldValueInvalid ${at}.env[0].valueFrom.configMapKeyRef.name`,
    `FieldValueRequired ${at}.env[0].valueFrom.configMapKeyRef.key`,
  ],
  ["all of nothing", one({ envFrom: [{ prefix: "A_" }] }), `FieldValueInvalid ${at}.envFrom`],
  [
    "all of a secret without a name",
    one({ envFrom: [{ secretRef: {} }] }),
    `FieldValueRequired ${at}.envFrom[0].secretRef.name`,
  ],
];

const resources = (parts: object) => one({ resources: parts });
const amounts: readonly Refused[] = [
  [
    "more asked than allowed",
    resources({ limits: { cpu: "1" }, requests: { cpu: "1500m" } }),
    `FieldValueInvalid ${at}.resources.requests`,
  ],
  [
    "less than nothing",
    resources({ requests: { cpu: "-1" } }),
    `FieldValueInvalid ${at}.resources.requests[cpu]`,
  ],
  [
    "an unknown resource",
    resources({ requests: { disk: "1" } }),
    `FieldValueInvalid ${at}.resources.requests[disk]`,
    `FieldValueInvalid ${at}.resources.requests[disk]`,
  ],
  [
    "half a device",
    resources({ limits: { "example.com/gpu": "500m" } }),
    `FieldValueInvalid ${at}.resources.limits[example.com/gpu]`,
    `FieldValueInvalid ${at}.resources.requests[example.com/gpu]`,
  ],
  [
    "a device that is not limited",
    resources({ requests: { "example.com/gpu": "1" } }),
    `FieldValueRequired ${at}.resources.limits`,
  ],
  [
    "half a huge page",
    resources({ limits: { "hugepages-2Mi": "3Mi", memory: "1Gi" } }),
    `FieldValueInvalid ${at}.resources.limits[hugepages-2Mi]`,
    `FieldValueInvalid ${at}.resources.requests[hugepages-2Mi]`,
  ],
  [
    "huge pages alone",
    resources({ limits: { "hugepages-2Mi": "2Mi" } }),
    `FieldValueForbidden ${at}.resources`,
  ],
  [
    "a claim that the pod does not have",
    resources({ claims: [{ name: "gpu" }] }),
    `FieldValueNotFound ${at}.resources.claims[0]`,
  ],
  [
    "an unknown way to resize",
    one({ resizePolicy: [{ resourceName: "disk", restartPolicy: "NotRequired" }] }),
    `FieldValueNotSupported ${at}.resizePolicy`,
  ],
  [
    "a restart on resize of what is never restarted",
    one(
      { resizePolicy: [{ resourceName: "cpu", restartPolicy: "RestartContainer" }] },
      { restartPolicy: "Never" },
    ),
    `FieldValueInvalid ${at}.resizePolicy`,
  ],
  [
    "overhead less than nothing",
    pod({ overhead: { cpu: "-1" } }),
    "FieldValueInvalid spec.overhead.limits[cpu]",
  ],
];

const probe = (parts: object) => one({ livenessProbe: parts });
const probes: readonly Refused[] = [
  ["no way to ask", probe({}), `FieldValueRequired ${at}.livenessProbe`],
  [
    "two ways to ask",
    probe({ exec: { command: ["true"] }, tcpSocket: { port: 80 } }),
    `FieldValueForbidden ${at}.livenessProbe.tcpSocket`,
  ],
  ["an empty command", probe({ exec: {} }), `FieldValueRequired ${at}.livenessProbe.exec.command`],
  ["port 0", probe({ tcpSocket: { port: 0 } }), `FieldValueInvalid ${at}.livenessProbe.tcpSocket.port`],
  ["no port", probe({ grpc: {} }), `FieldValueInvalid ${at}.livenessProbe.grpc.port`],
  [
    "an unknown scheme",
    probe({ httpGet: { port: 80, scheme: "FTP" } }),
    `FieldValueNotSupported ${at}.livenessProbe.httpGet.scheme`,
  ],
  [
    "a header that is none",
    probe({ httpGet: { port: 80, httpHeaders: [{ name: "a b", value: "x" }] } }),
    `FieldValueInvalid ${at}.livenessProbe.httpGet.httpHeaders`,
  ],
  [
    "two successes for being alive",
    probe({ tcpSocket: { port: 80 }, successThreshold: 2 }),
    `FieldValueInvalid ${at}.livenessProbe.successThreshold`,
  ],
  [
    "a negative delay",
    probe({ tcpSocket: { port: 80 }, initialDelaySeconds: -1 }),
    `FieldValueInvalid ${at}.livenessProbe.initialDelaySeconds`,
  ],
  [
    "grace for being unready",
    one({ readinessProbe: { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 1 } }),
    `FieldValueInvalid ${at}.readinessProbe.terminationGracePeriodSeconds`,
  ],
  [
    "a hook that sleeps longer than the pod may end",
    one({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
    `FieldValueInvalid ${at}.lifecycle.preStop.sleep`,
  ],
];

for (const cases of [containers, ports, variables, amounts, probes]) testRefusals(podKind, cases);
