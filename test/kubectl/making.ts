/** Commands that make objects: create, run, expose, apply, and what they refuse. */
import assert from "node:assert/strict";
import type { CommandRow } from "./command.ts";

export const aDeployment = (name: string, more: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, labels: { app: name } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "main", image: "host/sleep", args: ["1000"] }] },
    },
    ...more,
  },
});

/** `create KIND ...`: the words, the object as the API has it, and what must be in it. */
interface Creation {
  readonly words: string;
  readonly since?: number;
  readonly at: string;
  readonly holds: object;
}

const creations: readonly Creation[] = [
  { words: "configmap settings --from-literal=a=1", at: "configmaps/settings", holds: { data: { a: "1" } } },
  {
    words: "secret generic keys --from-literal=p=w",
    at: "secrets/keys",
    holds: { type: "Opaque", data: { p: "dw==" } },
  },
  {
    words:
      "secret docker-registry puller --docker-server=r.example --docker-username=u --docker-password=p --docker-email=e@x",
    at: "secrets/puller",
    holds: { type: "kubernetes.io/dockerconfigjson" },
  },
  { words: "serviceaccount robot", at: "serviceaccounts/robot", holds: { kind: "ServiceAccount" } },
  {
    words: "service clusterip inside --tcp=80:8080",
    at: "services/inside",
    holds: { spec: { type: "ClusterIP", ports: [{ port: 80, targetPort: 8080 }] } },
  },
  {
    words: "service nodeport outside --tcp=80:8080",
    at: "services/outside",
    holds: { spec: { type: "NodePort" } },
  },
  {
    words: "service externalname elsewhere --external-name=example.org",
    at: "services/elsewhere",
    holds: { spec: { type: "ExternalName", externalName: "example.org" } },
  },
  {
    words: "quota limits --hard=pods=50",
    at: "resourcequotas/limits",
    holds: { spec: { hard: { pods: "50" } } },
  },
  {
    words: "role reader --verb=get,list --resource=pods",
    at: "rbac.authorization.k8s.io/v1 roles/reader",
    holds: { rules: [{ verbs: ["get", "list"], resources: ["pods"] }] },
  },
  {
    words: "rolebinding readers --role=reader --user=jane",
    at: "rbac.authorization.k8s.io/v1 rolebindings/readers",
    holds: { roleRef: { kind: "Role", name: "reader" }, subjects: [{ kind: "User", name: "jane" }] },
  },
  {
    words: "poddisruptionbudget budget --selector=app=web --min-available=1",
    at: "policy/v1 poddisruptionbudgets/budget",
    holds: { spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } } },
  },
  {
    words: "job once --image=host/true",
    at: "batch/v1 jobs/once",
    holds: { spec: { template: { spec: { restartPolicy: "Never" } } } },
  },
  {
    words: "cronjob nightly --image=host/true --schedule=0_3_*_*_*",
    at: "batch/v1 cronjobs/nightly",
    holds: { spec: { schedule: "0 3 * * *", concurrencyPolicy: "Allow" } },
  },
  {
    words: "ingress shop --rule=shop.example/cart=inside:80",
    at: "networking.k8s.io/v1 ingresses/shop",
    holds: { spec: { rules: [{ host: "shop.example" }] } },
  },
  {
    words: "deployment web --image=host/sleep --replicas=2 -- sleep 1000",
    at: "apps/v1 deployments/web",
    holds: { spec: { replicas: 2, selector: { matchLabels: { app: "web" } } } },
  },
];

/** `part` is in `whole`: members that it does not name may be anything. */
export function assertHolds(whole: unknown, part: unknown, where = ""): void {
  if (typeof part !== "object" || part === null) assert.deepEqual(whole, part, where);
  else {
    for (const [key, value] of Object.entries(part)) {
      const member = (whole as Record<string, unknown> | undefined)?.[key];
      assertHolds(member, value, `${where}.${key}`);
    }
  }
}

const wordsOf = (words: string): readonly string[] =>
  words.split(" ").map((word) => (word.startsWith("--schedule") ? word.replaceAll("_", " ") : word));

const createRows: readonly CommandRow[] = creations.map(({ words, at, holds, since }) => ({
  title: `create ${words.split(" ").slice(0, 2).join(" ")}`,
  ...(since === undefined ? {} : { since }),
  run: async (kubectl) => {
    await kubectl.run(["create", ...wordsOf(words)]);
    assertHolds(await kubectl.read(at), holds);
  },
}));

export const making: readonly CommandRow[] = [
  ...createRows,
  {
    title: "create namespace",
    run: async (kubectl) => {
      const name = `${kubectl.namespace}-more`;
      await kubectl.run(`create namespace ${name}`);
      assert.equal((await kubectl.cluster.api("GET", `/api/v1/namespaces/${name}`)).status, 200);
      await kubectl.run(`delete namespace ${name}`);
      assert.equal((await kubectl.cluster.api("GET", `/api/v1/namespaces/${name}`)).status, 404);
    },
  },
  {
    title: "create clusterrole, clusterrolebinding, priorityclass",
    run: async (kubectl) => {
      const name = kubectl.namespace;
      const base = "/apis/rbac.authorization.k8s.io/v1";
      await kubectl.run(`create clusterrole ${name} --verb=get --resource=nodes`);
      await kubectl.run(`create clusterrolebinding ${name} --clusterrole=${name} --group=people`);
      await kubectl.run(`create priorityclass ${name} --value=${kubectl.minor} --description=test`);
      const { body } = await kubectl.cluster.api("GET", `${base}/clusterrolebindings/${name}`);
      assertHolds(body, { roleRef: { name }, subjects: [{ kind: "Group", name: "people" }] });
      assertHolds(
        (await kubectl.cluster.api("GET", `/apis/scheduling.k8s.io/v1/priorityclasses/${name}`)).body,
        {
          value: kubectl.minor,
        },
      );
      await kubectl.run(`delete clusterrole,clusterrolebinding,priorityclass ${name}`);
      assert.equal((await kubectl.cluster.api("GET", `${base}/clusterroles/${name}`)).status, 404);
    },
  },
  {
    title: "create -f and what it refuses",
    run: async (kubectl) => {
      const good = await kubectl.manifest("good", aDeployment("filed"), {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "filed" },
      });
      await kubectl.run(`create -f ${good}`);
      assertHolds(await kubectl.read("apps/v1 deployments/filed"), { spec: { replicas: 1 } });
      assert.match(await kubectl.fails(`create -f ${good}`), /AlreadyExists/);
      const typo = await kubectl.manifest("typo", aDeployment("typo", { replicaz: 3 }));
      assert.match(await kubectl.fails(`create -f ${typo}`), /unknown field.*replicaz/);
      assert.equal((await kubectl.answer("apps/v1 deployments/typo")).status, 404);
      const stranger = await kubectl.manifest("stranger", { ...aDeployment("x"), kind: "Stranger" });
      assert.match(await kubectl.fails(`create -f ${stranger}`), /no matches for kind "Stranger"/);
      const wrong = await kubectl.manifest("wrong", aDeployment("wrong", { replicas: -1 }));
      assert.match(await kubectl.fails(`create -f ${wrong}`), /spec\.replicas: Invalid value: -1/);
    },
  },
  {
    title: "create job --from=cronjob",
    since: 21,
    run: async (kubectl) => {
      await kubectl.run("create job tonight --from=cronjob/nightly");
      assertHolds(await kubectl.read("batch/v1 jobs/tonight"), {
        metadata: { annotations: { "cronjob.kubernetes.io/instantiate": "manual" } },
      });
    },
  },
  {
    title: "run, also with --dry-run=server",
    run: async (kubectl) => {
      await kubectl.run("run planned --image=host/sleep --dry-run=server");
      assert.equal((await kubectl.answer("pods/planned")).status, 404);
      await kubectl.run("run lone --image=host/sleep --labels=who=lone -- 1000");
      assertHolds(await kubectl.read("pods/lone"), { metadata: { labels: { who: "lone" } } });
      await kubectl.run("wait --for=condition=Ready pod/lone --timeout=30s");
    },
  },
  {
    title: "expose",
    run: async (kubectl) => {
      await kubectl.run("expose deployment web --port=80 --target-port=8080 --name=webs");
      const { spec } = await kubectl.read("services/webs");
      assertHolds(spec, { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] });
      assert.match(spec.clusterIP ?? "", /^\d+\.\d+\.\d+\.\d+$/);
    },
  },
  {
    title: "apply: new, changed, unchanged, on the server, and pruned",
    run: async (kubectl) => {
      const file = await kubectl.manifest("applied", aDeployment("applied"));
      assert.match(await kubectl.run(`apply -f ${file}`), /created/);
      assert.match(await kubectl.run(`apply -f ${file}`), /unchanged/);
      const more = await kubectl.manifest("applied", aDeployment("applied", { replicas: 2 }));
      assert.match(await kubectl.run(`apply -f ${more}`), /configured/);
      assertHolds(await kubectl.read("apps/v1 deployments/applied"), { spec: { replicas: 2 } });
      assert.match(await kubectl.run(`apply view-last-applied deployment applied`), /replicas: 2/);
      const labels = { metadata: { labels: { set: "one" } } };
      const config = (name: string, data: object) => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, ...labels.metadata },
        data,
      });
      await kubectl.run(
        `apply -f ${await kubectl.manifest("set", config("one", {}), config("two", {}))} --prune -l set=one`,
      );
      await kubectl.run(`apply -f ${await kubectl.manifest("set", config("one", {}))} --prune -l set=one`);
      assert.equal((await kubectl.answer("configmaps/two")).status, 404);
      const server = await kubectl.manifest("server", config("three", { a: "1" }));
      await kubectl.run(`apply --server-side -f ${server}`);
      const { metadata } = await kubectl.read("configmaps/three");
      assertHolds(metadata.managedFields, [{ manager: "kubectl", operation: "Apply" }]);
      await kubectl.run(["patch", "configmap", "three", "-p", '{"data":{"a":"2"}}']);
      const mine = await kubectl.manifest("server", config("three", { a: "3" }));
      assert.match(await kubectl.fails(`apply --server-side -f ${mine}`), /conflict with "kubectl-patch"/);
      await kubectl.run(`apply --server-side --force-conflicts -f ${mine}`);
      assertHolds(await kubectl.read("configmaps/three"), { data: { a: "3" } });
    },
  },
  {
    title: "apply from an old book: extensions/v1beta1 and friends",
    run: async (kubectl) => {
      const old = { ...aDeployment("booked"), apiVersion: "apps/v1beta2" };
      await kubectl.run(`apply -f ${await kubectl.manifest("old", old)}`);
      assertHolds(await kubectl.read("apps/v1 deployments/booked"), { spec: { replicas: 1 } });
      const ingress = {
        apiVersion: "extensions/v1beta1",
        kind: "Ingress",
        metadata: { name: "booked" },
        spec: { backend: { serviceName: "inside", servicePort: 80 } },
      };
      await kubectl.run(`apply -f ${await kubectl.manifest("ingress", ingress)}`);
      assertHolds(await kubectl.read("networking.k8s.io/v1 ingresses/booked"), {
        spec: { defaultBackend: { service: { name: "inside", port: { number: 80 } } } },
      });
      const resources = await kubectl.run("api-resources");
      assert.doesNotMatch(resources, /extensions\/v1beta1/);
    },
  },
];
