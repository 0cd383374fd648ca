import assert from "node:assert/strict";
import { test } from "node:test";
import { podKind } from "../../index.ts";
import { testRefusals, type Refused } from "../../testing/cases.ts";
import { causesOf } from "../../testing/refusals.ts";
import { at, container, one, pod } from "./testing/pods.ts";

const volume = (source: object) => pod({ volumes: [{ name: "data", ...source }] });
const mounted = (mount: object, volumes: readonly object[] = [{ name: "data", emptyDir: {} }]) =>
  one({ volumeMounts: [{ name: "data", mountPath: "/data", ...mount }] }, { volumes });
const affinity = (parts: object) => pod({ affinity: parts });
const required = "requiredDuringSchedulingIgnoredDuringExecution";
const preferred = "preferredDuringSchedulingIgnoredDuringExecution";
const spread = (...constraints: readonly object[]) => pod({ topologySpreadConstraints: constraints });
const spreadOver = { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" };

const volumes: readonly Refused[] = [
  ["no name", pod({ volumes: [{ emptyDir: {} }] }), "FieldValueRequired spec.volumes[0].name"],
  [
    "a name twice",
    pod({
      volumes: [
        { name: "a", emptyDir: {} },
        { name: "a", emptyDir: {} },
      ],
    }),
    "FieldValueDuplicate spec.volumes[1].name",
  ],
  [
    "two sources",
    volume({ emptyDir: {}, hostPath: { path: "/x" } }),
    "FieldValueForbidden spec.volumes[0].hostPath",
  ],
  [
    "a limit below nothing",
    volume({ emptyDir: { sizeLimit: "-1" } }),
    "FieldValueForbidden spec.volumes[0].emptyDir.sizeLimit",
  ],
  [
    "a path upwards",
    volume({ hostPath: { path: "/a/../b" } }),
    "FieldValueInvalid spec.volumes[0].hostPath.path",
  ],
  [
    "an unknown type",
    volume({ hostPath: { path: "/a", type: "Pipe" } }),
    "FieldValueNotSupported spec.volumes[0].hostPath.type",
  ],
  ["no secret", volume({ secret: {} }), "FieldValueRequired spec.volumes[0].secret.secretName"],
  [
    "a mode too large",
    volume({ secret: { secretName: "a", defaultMode: 512 } }),
    "FieldValueInvalid spec.volumes[0].secret.defaultMode",
  ],
  ["no config map", volume({ configMap: {} }), "FieldValueRequired spec.volumes[0].configMap.name"],
  [
    "files upwards",
    volume({ configMap: { name: "a", items: [{ key: "k", path: "../x" }] } }),
    "FieldValueInvalid spec.volumes[0].configMap.items[0].path",
  ],
  [
    "no claim",
    volume({ persistentVolumeClaim: {} }),
    "FieldValueRequired spec.volumes[0].persistentVolumeClaim.claimName",
  ],
  [
    "a relative path of a server",
    volume({ nfs: { server: "a", path: "x" } }),
    "FieldValueInvalid spec.volumes[0].nfs.path",
  ],
  [
    "no driver",
    volume({ csi: {} }),
    "FieldValueRequired spec.volumes[0].csi.driver",
    "FieldValueInvalid spec.volumes[0].csi.driver",
  ],
  ["no monitors", volume({ cephfs: {} }), "FieldValueRequired spec.volumes[0].cephfs.monitors"],
  [
    "a target without a name",
    volume({ iscsi: { targetPortal: "1.2.3.4", iqn: "abc", lun: 256 } }),
    "FieldValueInvalid spec.volumes[0].iscsi.iqn",
    "FieldValueInvalid spec.volumes[0].iscsi.lun",
  ],
  [
    "a field and a resource in one file",
    volume({
      downwardAPI: {
        items: [
          {
            path: "a",
            fieldRef: { fieldPath: "metadata.name" },
            resourceFieldRef: { containerName: "main", resource: "limits.cpu" },
          },
        ],
      },
    }),
    "FieldValueInvalid spec.volumes[0].downwardAPI",
  ],
  [
    "one file twice",
    volume({
      projected: {
        sources: [
          { secret: { name: "a", items: [{ key: "k", path: "p" }] } },
          { configMap: { name: "b", items: [{ key: "k", path: "p" }] } },
        ],
      },
    }),
    "FieldValueInvalid spec.volumes[0].projected",
  ],
  [
    "a token of nobody, for a minute",
    volume({ projected: { sources: [{ serviceAccountToken: { path: "t", expirationSeconds: 60 } }] } }),
    "FieldValueInvalid spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds",
    "FieldValueForbidden spec.volumes[0].projected.sources[0].serviceAccountToken",
  ],
  [
    "no template for a claim",
    volume({ ephemeral: {} }),
    "FieldValueRequired spec.volumes[0].ephemeral.volumeClaimTemplate",
  ],
  ["an image without a name", volume({ image: {} }), "FieldValueRequired spec.volumes[0].image.reference"],
];

const mounts: readonly Refused[] = [
  ["a volume that is not there", mounted({}, []), `FieldValueNotFound ${at}.volumeMounts[0].name`],
  ["no path", mounted({ mountPath: "" }), `FieldValueRequired ${at}.volumeMounts[0].mountPath`],
  [
    "a path twice",
    one(
      {
        volumeMounts: [
          { name: "data", mountPath: "/a" },
          { name: "data", mountPath: "/a" },
        ],
      },
      { volumes: [{ name: "data", emptyDir: {} }] },
    ),
    `FieldValueInvalid ${at}.volumeMounts[1].mountPath`,
  ],
  ["a part upwards", mounted({ subPath: "../a" }), `FieldValueInvalid ${at}.volumeMounts.subPath`],
  [
    "two parts at once",
    mounted({ subPath: "a", subPathExpr: "b" }),
    `FieldValueInvalid ${at}.volumeMounts[0].subPathExpr`,
  ],
  [
    "a way back to the host without the power",
    mounted({ mountPropagation: "Bidirectional" }),
    `FieldValueForbidden ${at}.volumeMounts.mountPropagation`,
  ],
  [
    "recursion of what can be written",
    mounted({ recursiveReadOnly: "Enabled" }),
    `FieldValueForbidden ${at}.volumeMounts.recursiveReadOnly`,
  ],
  [
    "a device of what is no claim",
    one(
      { volumeDevices: [{ name: "data", devicePath: "/dev/x" }] },
      { volumes: [{ name: "data", emptyDir: {} }] },
    ),
    `FieldValueInvalid ${at}.volumeDevices[0].name`,
  ],
];

const powers: readonly Refused[] = [
  [
    "a negative user",
    one({ securityContext: { runAsUser: -1 } }),
    `FieldValueInvalid ${at}.securityContext.runAsUser`,
  ],
  [
    "all power and no more of it",
    one({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
    `FieldValueInvalid ${at}.securityContext`,
  ],
  [
    "an unknown proc",
    one({ securityContext: { procMount: "Half" } }),
    `FieldValueNotSupported ${at}.securityContext.procMount`,
  ],
  [
    "an open proc with the users of the host",
    one({ securityContext: { procMount: "Unmasked" } }),
    `FieldValueInvalid ${at}.securityContext.procMount`,
  ],
  [
    "a profile without a type",
    one({ securityContext: { seccompProfile: {} } }),
    `FieldValueRequired ${at}.securityContext.seccompProfile.type`,
  ],
  [
    "a local profile without a file",
    pod({ securityContext: { seccompProfile: { type: "Localhost" } } }),
    "FieldValueRequired spec.securityContext.seccompProfile.localhostProfile",
  ],
  [
    "a file for no local profile",
    pod({ securityContext: { appArmorProfile: { type: "RuntimeDefault", localhostProfile: "a" } } }),
    "FieldValueInvalid spec.securityContext.appArmorProfile.localhostProfile",
  ],
  [
    "a kernel setting that is none",
    pod({ securityContext: { sysctls: [{ name: "A", value: "1" }] } }),
    "FieldValueInvalid spec.securityContext.sysctls[0].name",
  ],
  [
    "a setting of the network of the host",
    pod({ hostNetwork: true, securityContext: { sysctls: [{ name: "net.core.somaxconn", value: "1" }] } }),
    "FieldValueInvalid spec.securityContext.sysctls[0].name",
  ],
  [
    "processes of its own and of the host",
    pod({ hostPID: true, shareProcessNamespace: true }),
    "FieldValueInvalid spec.securityContext.shareProcessNamespace",
  ],
  [
    "users of its own on the network of the host",
    pod({ hostUsers: false, hostNetwork: true }),
    "FieldValueForbidden spec.hostNetwork",
  ],
  ["an unknown system", pod({ os: { name: "plan9" } }), "FieldValueNotSupported spec.os"],
  [
    "a user of Linux on Windows",
    pod({ os: { name: "windows" }, securityContext: { runAsUser: 1 } }),
    "FieldValueForbidden spec.securityContext.runAsUser",
  ],
  [
    "options of Windows on Linux",
    one({ securityContext: { windowsOptions: { runAsUserName: "a" } } }, { os: { name: "linux" } }),
    `FieldValueForbidden ${at}.securityContext.windowsOptions`,
  ],
];

const whole: readonly Refused[] = [
  [
    "an unknown restart policy",
    pod({ restartPolicy: "Sometimes" }),
    "FieldValueNotSupported spec.restartPolicy",
  ],
  ["an unknown DNS policy", pod({ dnsPolicy: "Mine" }), "FieldValueNotSupported spec.dnsPolicy"],
  ["no DNS at all", pod({ dnsPolicy: "None" }), "FieldValueRequired spec.dnsConfig"],
  [
    "too many name servers, one of them none",
    pod({ dnsConfig: { nameservers: ["1.1.1.1", "2.2.2.2", "3.3.3.3", "x"] } }),
    "FieldValueInvalid spec.dnsConfig.nameservers",
    "FieldValueInvalid spec.dnsConfig.nameservers[3]",
  ],
  [
    "a host without an address",
    pod({ hostAliases: [{ ip: "here", hostnames: ["a_b"] }] }),
    "FieldValueInvalid spec.hostAliases[0].ip",
    "FieldValueInvalid spec.hostAliases[0].hostnames[0]",
  ],
  [
    "a deadline of nothing",
    pod({ activeDeadlineSeconds: 0 }),
    "FieldValueInvalid spec.activeDeadlineSeconds",
  ],
  ["a host name that is none", pod({ hostname: "A.b" }), "FieldValueInvalid spec.hostname"],
  ["a node name that is none", pod({ nodeName: "A b" }), "FieldValueInvalid spec.nodeName"],
  [
    "an account that cannot be",
    pod({ serviceAccountName: "A" }),
    "FieldValueInvalid spec.serviceAccountName",
  ],
  [
    "a class that cannot be",
    pod({ priorityClassName: "A", runtimeClassName: "B" }),
    "FieldValueInvalid spec.priorityClassName",
    "FieldValueInvalid spec.runtimeClassName",
  ],
  [
    "an unknown preemption",
    pod({ preemptionPolicy: "Always" }),
    "FieldValueNotSupported spec.preemptionPolicy",
  ],
  [
    "a node selector that cannot be",
    pod({ nodeSelector: { "a b": "x" } }),
    "FieldValueInvalid spec.nodeSelector",
  ],
  [
    "a gate twice",
    pod({ schedulingGates: [{ name: "a/b" }, { name: "a/b" }] }),
    "FieldValueDuplicate spec.schedulingGates[1]",
  ],
  [
    "a gate and a node",
    pod({ nodeName: "a", schedulingGates: [{ name: "a/b" }] }),
    "FieldValueForbidden spec.nodeName",
  ],
  [
    "a condition that cannot be",
    pod({ readinessGates: [{ conditionType: "a b" }] }),
    "FieldValueInvalid spec.readinessGates[0].conditionType",
  ],
  [
    "looking into it from the start",
    pod({ ephemeralContainers: [{ name: "look", image: "a" }] }),
    "FieldValueForbidden spec.ephemeralContainers",
  ],
  [
    "a claim on a device from nowhere",
    pod({ resourceClaims: [{ name: "gpu" }] }),
    "FieldValueInvalid spec.resourceClaims[0]",
  ],
  [
    "a price that is no number",
    pod({}, { annotations: { "controller.kubernetes.io/pod-deletion-cost": "much" } }),
    "FieldValueInvalid metadata.annotations[controller.kubernetes.io/pod-deletion-cost]",
  ],
  [
    "a mirror of nothing",
    pod({}, { annotations: { "kubernetes.io/config.mirror": "x" } }),
    "FieldValueInvalid metadata.annotations[kubernetes.io/config.mirror]",
  ],
  ["a finalizer of nobody", pod({}, { finalizers: ["mine"] }), "FieldValueInvalid metadata.finalizers[0]"],
];

const tolerations = (...list: readonly object[]) => pod({ tolerations: list });
const placement: readonly Refused[] = [
  ["a toleration of everything equal", tolerations({}), "FieldValueInvalid spec.tolerations[0].operator"],
  [
    "a time for what is not evicted",
    tolerations({ key: "a", operator: "Exists", tolerationSeconds: 3 }),
    "FieldValueInvalid spec.tolerations[0].effect",
  ],
  [
    "a value of what only exists",
    tolerations({ key: "a", operator: "Exists", value: "x" }),
    "FieldValueInvalid spec.tolerations[0].operator",
  ],
  [
    "an unknown operator and effect",
    tolerations({ key: "a", operator: "Like", effect: "Maybe" }),
    "FieldValueNotSupported spec.tolerations[0].operator",
    "FieldValueNotSupported spec.tolerations[0].effect",
  ],
  [
    "no nodes at all",
    affinity({ nodeAffinity: { [required]: { nodeSelectorTerms: [] } } }),
    `FieldValueRequired spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`,
  ],
  [
    "a weight too large",
    affinity({ nodeAffinity: { [preferred]: [{ weight: 101, preference: {} }] } }),
    `FieldValueInvalid spec.affinity.nodeAffinity.${preferred}[0].weight`,
  ],
  [
    "greater than two things",
    affinity({
      nodeAffinity: {
        [required]: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "Gt", values: ["1", "2"] }] }],
        },
      },
    }),
    `FieldValueRequired spec.affinity.nodeAffinity.${required}.nodeSelectorTerms[0].matchExpressions[0].values`,
  ],
  [
    "a field of nodes that cannot be chosen by",
    affinity({
      nodeAffinity: {
        [required]: {
          nodeSelectorTerms: [{ matchFields: [{ key: "spec.x", operator: "In", values: ["1"] }] }],
        },
      },
    }),
    `FieldValueInvalid spec.affinity.nodeAffinity.${required}.nodeSelectorTerms[0].matchFields[0].key`,
  ],
  [
    "near to pods, but not how near",
    affinity({ podAffinity: { [required]: [{ labelSelector: {} }] } }),
    `FieldValueRequired spec.affinity.podAffinity.${required}[0].topologyKey`,
    `FieldValueInvalid spec.affinity.podAffinity.${required}[0].topologyKey`,
  ],
  [
    "far from pods by keys of no selector",
    affinity({ podAntiAffinity: { [required]: [{ topologyKey: "zone", matchLabelKeys: ["a"] }] } }),
    `FieldValueForbidden spec.affinity.podAntiAffinity.${required}[0].matchLabelKeys`,
  ],
  [
    "spread over nothing",
    spread({}),
    "FieldValueInvalid spec.topologySpreadConstraints[0].maxSkew",
    "FieldValueRequired spec.topologySpreadConstraints[0].topologyKey",
    "FieldValueNotSupported spec.topologySpreadConstraints[0].whenUnsatisfiable",
  ],
  [
    "the same spread twice",
    spread(spreadOver, spreadOver),
    "FieldValueDuplicate spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}",
  ],
  [
    "domains that nobody demands",
    spread({ ...spreadOver, whenUnsatisfiable: "ScheduleAnyway", minDomains: 2 }),
    "FieldValueInvalid spec.topologySpreadConstraints[0].minDomains",
  ],
];

for (const cases of [volumes, mounts, powers, whole, placement]) testRefusals(podKind, cases);

test("a pod that uses everything is accepted", () => {
  const everything = pod(
    {
      containers: [
        {
          ...container,
          ports: [{ name: "web", containerPort: 80, hostPort: 80 }],
          env: [
            { name: "A", value: "x" },
            { name: "B", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
            { name: "C", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
            { name: "D", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
          ],
          envFrom: [{ prefix: "P_", configMapRef: { name: "c" } }],
          resources: {
            limits: { cpu: "1", memory: "1Gi", "hugepages-2Mi": "4Mi", "example.com/gpu": "2" },
            claims: [{ name: "gpu", request: "one" }],
          },
          resizePolicy: [{ resourceName: "cpu", restartPolicy: "NotRequired" }],
          volumeMounts: [
            { name: "files", mountPath: "/files", readOnly: true, recursiveReadOnly: "Enabled" },
          ],
          volumeDevices: [{ name: "disk", devicePath: "/dev/x" }],
          livenessProbe: { grpc: { port: 80 } },
          readinessProbe: { httpGet: { port: "web", httpHeaders: [{ name: "X-A", value: "b" }] } },
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
          securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "a/b.json" } },
        },
      ],
      initContainers: [
        { name: "side", image: "a", restartPolicy: "Always", startupProbe: { tcpSocket: { port: 1 } } },
      ],
      resourceClaims: [{ name: "gpu", resourceClaimTemplateName: "gpus" }],
      serviceAccountName: "app",
      volumes: [
        {
          name: "files",
          projected: { sources: [{ serviceAccountToken: { path: "t" } }, { configMap: { name: "c" } }] },
        },
        { name: "disk", persistentVolumeClaim: { claimName: "disk" } },
        {
          name: "scratch",
          ephemeral: {
            volumeClaimTemplate: {
              spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
            },
          },
        },
        { name: "tools", image: { reference: "a:1" } },
      ],
      tolerations: [{ operator: "Exists" }],
      topologySpreadConstraints: [
        { ...spreadOver, minDomains: 2, labelSelector: { matchLabels: { app: "a" } }, matchLabelKeys: ["b"] },
      ],
      affinity: {
        podAntiAffinity: {
          [required]: [{ topologyKey: "zone", labelSelector: {}, matchLabelKeys: ["app"] }],
        },
      },
      dnsPolicy: "None",
      dnsConfig: { nameservers: ["10.0.0.1"], searches: ["a_b.c.", "."], options: [{ name: "ndots" }] },
      securityContext: { sysctls: [{ name: "net.core.somaxconn", value: "1" }], supplementalGroups: [1] },
    },
    { labels: { app: "a" } },
  );
  assert.deepEqual(causesOf(podKind, everything), []);
});
