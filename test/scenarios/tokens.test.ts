/**
 * Programs inside pods are somebody: they find their token, reach the API with it, and may do what their role grants.
 * What else a pod mounts follows what it shows, and nothing of it is left when the pod is gone.
 */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";

/** As client libraries do it: the address from the environment, the rest from the well-known folder. */
const asks = `
import json, os, ssl, sys, urllib.error, urllib.request
home = "/var/run/secrets/kubernetes.io/serviceaccount/"
read = lambda name: open(home + name).read()
tls = ssl.create_default_context(cafile=home + "ca.crt")
base = "https://%s:%s" % (os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"])
def ask(path, method="GET", body=None):
    headers = {"Authorization": "Bearer " + read("token"), "Content-Type": "application/json"}
    request = urllib.request.Request(base + path, body, headers, method=method)
    try:
        return 200, json.load(urllib.request.urlopen(request, context=tls, timeout=10))
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
namespace = read("namespace")
mine = "/api/v1/namespaces/%s/" % namespace
review = json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}).encode()
_, me = ask("/apis/authentication.k8s.io/v1/selfsubjectreviews", "POST", review)
told = ask(mine + "configmaps/settings")
secrets = ask(mine + "secrets")
elsewhere = ask("/api/v1/namespaces/kube-system/configmaps")
print(json.dumps({
    "namespace": namespace,
    "user": me["status"]["userInfo"]["username"],
    "pod": me["status"]["userInfo"]["extra"]["authentication.kubernetes.io/pod-name"],
    "settings": [told[0], told[1].get("data")],
    "secrets": [secrets[0], secrets[1]["message"]],
    "elsewhere": elsewhere[0],
}))
`;

const robot = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: robot }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { colour: green }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader }
rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get, list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: robot-reads }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: robot, namespace: robots }]
`;

const pod = (name: string, spec: object, container: object) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "robots" },
    spec: {
      terminationGracePeriodSeconds: 1,
      ...spec,
      containers: [{ name: "main", image: "host/sleep", args: ["100000"], ...container }],
    },
  });

describe("tokens and volumes", { skip: needsRoot }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.up(["--boards", "1"]);
    await ok("create", "namespace", "robots");
    await apply(robot);
  });
  after(() => cluster.down());

  const ok = async (...args: string[]) => {
    const { code, stdout, stderr } = await cluster.kubectl(...args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const apply = async (input: string) => {
    const { code, stderr } = await cluster.kubectlWith({ input }, "apply", "-n", "robots", "-f", "-");
    assert.equal(code, 0, stderr);
  };
  const isReady = (name: string) =>
    ok("wait", "-n", "robots", "--for=condition=Ready", `pod/${name}`, "--timeout=20s");
  const inside = (name: string, ...command: string[]) => ok("exec", "-n", "robots", name, "--", ...command);
  const uidOf = (name: string) => ok("get", "pod", name, "-n", "robots", "-o", "jsonpath={.metadata.uid}");
  const mountsOf = async (uid: string) =>
    (await readFile("/proc/self/mountinfo", "utf8")).split("\n").filter((line) => line.includes(uid));
  const filesOf = async (uid: string) => {
    const all = await readdir(join(cluster.dir, "boards"), { recursive: true });
    // The record and the log are no volumes, and go in their own time.
    return all.filter((path) => path.includes(join("state", "volumes", uid)));
  };

  test("a program in a pod asks the API with its own token, and is granted exactly its role", async () => {
    await apply(pod("asker", { serviceAccountName: "robot" }, {}));
    await isReady("asker");
    const answers = JSON.parse(await inside("asker", "python3", "-c", asks)) as unknown;
    assert.deepEqual(answers, {
      namespace: "robots",
      user: "system:serviceaccount:robots:robot",
      pod: ["asker"],
      settings: [200, { colour: "green" }],
      secrets: [
        403,
        'secrets is forbidden: User "system:serviceaccount:robots:robot" cannot list resource "secrets" in API group "" in the namespace "robots"',
      ],
      elsewhere: 403,
    });
    const uid = await uidOf("asker");
    assert.ok(uid.length > 0);
    await ok("delete", "pod", "asker", "-n", "robots");
    assert.deepEqual(await mountsOf(uid), []);
  });

  test("a config map's files follow it, what a pod writes is its own, and nothing is left of it", async () => {
    const volumes = [
      { name: "settings", configMap: { name: "settings" } },
      { name: "scratch", emptyDir: {} },
      { name: "memory", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
    ];
    const volumeMounts = [
      { name: "settings", mountPath: "/etc/settings" },
      { name: "scratch", mountPath: "/scratch" },
      { name: "scratch", mountPath: "/part", subPath: "deep/part" },
      { name: "memory", mountPath: "/memory" },
    ];
    const securityContext = { readOnlyRootFilesystem: true };
    await apply(pod("follower", { volumes }, { volumeMounts, securityContext }));
    await isReady("follower");
    assert.equal(await inside("follower", "cat", "/etc/settings/colour"), "green");
    await ok("patch", "configmap", "settings", "-n", "robots", "-p", '{"data":{"colour":"blue"}}');
    await until(
      "the file follows",
      async () => (await inside("follower", "cat", "/etc/settings/colour")) === "blue",
      10_000,
    );
    await inside("follower", "sh", "-c", "echo kept > /part/file && echo fast > /memory/file");
    assert.equal(await inside("follower", "cat", "/scratch/deep/part/file"), "kept\n");
    const written = await cluster.kubectl(
      ...["exec", "-n", "robots", "follower", "--", "sh", "-c", "echo x > /etc/settings/colour"],
    );
    assert.match(written.stderr, /Read-only file system/);

    const uid = await uidOf("follower");
    assert.ok((await mountsOf(uid)).length > 0);
    assert.ok((await filesOf(uid)).length > 0);
    await cluster.kubus("board", "agent-kill", "board-1");
    await ok("delete", "pod", "follower", "-n", "robots");
    assert.deepEqual(await mountsOf(uid), []);
    assert.deepEqual(await filesOf(uid), []);
  });

  test("a pod waits for what it mounts, says why, and starts when it is there", async () => {
    const volumes = [{ name: "later", secret: { secretName: "later" } }];
    const volumeMounts = [{ name: "later", mountPath: "/later" }];
    await apply(pod("patient", { volumes }, { volumeMounts }));
    const event = ["get", "events", "-n", "robots", "--field-selector=reason=FailedMount", "-o"];
    await until(
      "the event is there",
      async () =>
        (await ok(...event, "jsonpath={.items[0].message}")) ===
        'MountVolume.SetUp failed for volume "later" : secret "later" not found',
      10_000,
    );
    const reason = "jsonpath={.status.containerStatuses[0].state.waiting.reason}";
    assert.equal(await ok("get", "pod", "patient", "-n", "robots", "-o", reason), "ContainerCreating");
    await ok("create", "secret", "generic", "later", "-n", "robots", "--from-literal=word=sesame");
    await isReady("patient");
    assert.equal(await inside("patient", "cat", "/later/word"), "sesame");
  });
});
