import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { anApi, aDeployment, aPod, type World } from "../../testing/world.ts";
import { textOf, violationsOf } from "./checks.ts";
import type { Level } from "./standard.ts";

const newest = Number.POSITIVE_INFINITY;
const found = (level: Level, spec: object, { minor = newest, metadata = {} } = {}) =>
  textOf(violationsOf({ metadata, spec: spec as Pod["spec"] }, level, minor));
const main = (securityContext: object, more: object = {}) => ({
  containers: [{ name: "main", image: "a", securityContext, ...more }],
});
const good = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};

const baseline: readonly (readonly [object, string, { minor?: number; metadata?: object }?])[] = [
  [
    { ...main({}), hostNetwork: true, hostPID: true, hostIPC: true },
    "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)",
  ],
  [main({ privileged: true }), 'privileged (container "main" must not set securityContext.privileged=true)'],
  [
    main({ capabilities: { add: ["NET_ADMIN", "CHOWN"] } }),
    'non-default capabilities (container "main" must not include "NET_ADMIN" in securityContext.capabilities.add)',
  ],
  [
    {
      ...main({}),
      volumes: [
        { name: "a", hostPath: { path: "/" } },
        { name: "b", hostPath: { path: "/b" } },
      ],
    },
    'hostPath volumes (volumes "a", "b")',
  ],
  [
    main(
      {},
      {
        ports: [
          { containerPort: 1, hostPort: 8080 },
          { containerPort: 2, hostPort: 80 },
        ],
      },
    ),
    'hostPort (container "main" uses hostPorts 80, 8080)',
  ],
  [
    {
      ...main({ appArmorProfile: { type: "Unconfined" } }),
      securityContext: { appArmorProfile: { type: "Unconfined" } },
    },
    'forbidden AppArmor profiles (pod and container "main" must not set AppArmor profile type to "Unconfined")',
  ],
  [
    main({}),
    'forbidden AppArmor profile (annotation "container.apparmor.security.beta.kubernetes.io/main" must not set AppArmor profile type to "unconfined")',
    { metadata: { annotations: { "container.apparmor.security.beta.kubernetes.io/main": "unconfined" } } },
  ],
  [
    main({ seLinuxOptions: { type: "spc_t", user: "u" } }),
    'seLinuxOptions (container "main" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
  ],
  [
    main({ procMount: "Unmasked" }),
    'procMount (container "main" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    { ...main({}), securityContext: { seccompProfile: { type: "Unconfined" } } },
    'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    {
      ...main({}),
      securityContext: {
        sysctls: [
          { name: "kernel.msgmax", value: "1" },
          { name: "net.ipv4.tcp_rmem", value: "1" },
        ],
      },
    },
    "forbidden sysctls (kernel.msgmax)",
  ],
  [
    { ...main({}), securityContext: { sysctls: [{ name: "net.ipv4.tcp_rmem", value: "1" }] } },
    "forbidden sysctls (net.ipv4.tcp_rmem)",
    { minor: 31 },
  ],
  [
    main({ windowsOptions: { hostProcess: true } }),
    'hostProcess (container "main" must not set securityContext.windowsOptions.hostProcess=true)',
  ],
];

for (const [spec, text, options] of baseline)
  test(`baseline: ${text}`, () => assert.equal(found("baseline", spec, options), text));

const restricted: readonly (readonly [object, string, { minor?: number }?])[] = [
  [
    main({}),
    'allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ],
  [
    main({ ...good, capabilities: { drop: ["ALL"], add: ["CHOWN", "NET_BIND_SERVICE"] } }),
    'unrestricted capabilities (container "main" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  [
    {
      ...main(good),
      volumes: [
        { name: "n", nfs: { server: "s", path: "/" } },
        { name: "e", emptyDir: {} },
      ],
    },
    'restricted volume types (volume "n" uses restricted volume type "nfs")',
  ],
  [
    { ...main({ ...good, runAsNonRoot: false }), securityContext: { runAsNonRoot: false } },
    'runAsNonRoot != true (pod and container "main" must not set securityContext.runAsNonRoot=false)',
  ],
  [main({ ...good, runAsUser: 0 }), 'runAsUser=0 (container "main" must not set runAsUser=0)'],
  [main({ ...good, runAsUser: 0 }), "", { minor: 22 }],
  [
    main({ ...good, seccompProfile: { type: "Unconfined" } }),
    'seccompProfile (container "main" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [{ ...main({ runAsNonRoot: true }), os: { name: "windows" } }, ""],
  [{ ...main(good), hostPID: true }, "host namespaces (hostPID=true)"],
  [main(good), ""],
];

for (const [spec, text, options] of restricted)
  test(`restricted: ${text === "" ? JSON.stringify(options ?? spec) : text}`, () =>
    assert.equal(found("restricted", spec, options), text));

test("everything goes where nothing is asked for", () => {
  assert.equal(found("privileged", { ...main({ privileged: true }), hostPID: true }), "");
});

const rooms = "/api/v1/namespaces";
const labelled = async ({ ask }: World, labels: Readonly<Record<string, string>>, name = "room") => {
  const prefixed = Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]),
  );
  return ask("POST", rooms, { body: { metadata: { name, labels: prefixed } } });
};

test("pods that break the enforced standard are refused; templates and lesser modes only warn", async () => {
  const world = await anApi();
  await labelled(world, { enforce: "baseline", warn: "restricted", "warn-version": "v1.21" });
  const bad = aPod("bad", { spec: { hostPID: true } });
  const refused = await world.ask("POST", `${rooms}/room/pods`, { body: bad });
  assert.deepEqual(
    [refused.status, refused.json.message],
    [403, 'pods "bad" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)'],
  );
  const warned = await world.ask("POST", `${rooms}/room/pods`, { body: aPod("fine") });
  assert.equal(warned.status, 201);
  const [warning = ""] = [warned.headers["warning"] ?? []].flat();
  assert.match(
    warning,
    /would violate PodSecurity \\"restricted:v1\.21\\": allowPrivilegeEscalation != false \(/,
  );
  assert.doesNotMatch(warning, /unrestricted capabilities/);
  const deployment = await world.ask("POST", "/apis/apps/v1/namespaces/room/deployments", {
    body: aDeployment("web"),
  });
  assert.equal(deployment.status, 201);
  assert.match(String(deployment.headers["warning"]), /would violate PodSecurity/);
});

test("an old pod may be labelled under a stricter standard, not get another image", async () => {
  const world = await anApi();
  await labelled(world, {});
  await world.ask("POST", `${rooms}/room/pods`, { body: aPod("web", { spec: { hostPID: true } }) });
  await world.ask("POST", `${rooms}/room/pods`, { body: aPod("other", { spec: { hostPID: true } }) });
  const enforce = { metadata: { labels: { "pod-security.kubernetes.io/enforce": "baseline" } } };
  const contentType = "application/merge-patch+json";
  const room = await world.ask("PATCH", `${rooms}/room`, { body: enforce, contentType });
  assert.deepEqual(room.headers["warning"], [
    '299 - "existing pods in namespace \\"room\\" violate the new PodSecurity enforce level \\"baseline:latest\\""',
    '299 - "other (and 1 other pod): host namespaces"',
  ]);
  const label = { metadata: { labels: { a: "b" } } };
  const labelledPod = await world.ask("PATCH", `${rooms}/room/pods/web`, { body: label, contentType });
  assert.equal(labelledPod.status, 200);
  const image = { spec: { containers: [{ name: "main", image: "host/other" }] } };
  const changed = await world.ask("PATCH", `${rooms}/room/pods/web`, {
    body: image,
    contentType: "application/strategic-merge-patch+json",
  });
  assert.equal(changed.status, 403);
});

test("labels that cannot be read are refused", async () => {
  const world = await anApi();
  const { status, json } = await labelled(world, { enforce: "strict", "warn-version": "1.2" });
  assert.equal(status, 422);
  assert.deepEqual(
    json.details.causes?.map(({ field, message }) => `${field}: ${message}`),
    [
      'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
      'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"',
    ],
  );
});
