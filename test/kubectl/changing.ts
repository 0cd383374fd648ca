/** Commands that change what is there: scale, set, rollout, edit, patch, label, replace, delete, wait. */
import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { until } from "@kubus/shared/testing/until.ts";
import type { CommandRow } from "./command.ts";
import type { Kubectl } from "./kubectl.ts";
import { aDeployment, assertHolds } from "./making.ts";

const web = "apps/v1 deployments/web";

/** A command, and what the deployment `web` holds afterwards. */
const changes = (words: string | readonly string[], holds: object, since?: number): CommandRow => ({
  title: [words].flat().join(" "),
  ...(since === undefined ? {} : { since }),
  run: async (kubectl) => {
    await kubectl.run(words);
    assertHolds(await kubectl.read(web), holds);
  },
});

const firstContainer = (part: object) => ({ spec: { template: { spec: { containers: [part] } } } });

/** An editor that replaces one text in the file it is given. */
async function editor(kubectl: Kubectl, from: string, to: string): Promise<string> {
  const path = kubectl.path("editor");
  await writeFile(path, `#!/bin/sh\nsed -i 's/${from}/${to}/' "$1"\n`);
  await chmod(path, 0o755);
  return path;
}

/** How many watches of config maps there are. */
async function openWatches({ cluster }: Kubectl): Promise<number> {
  const { body } = await cluster.api<string>("GET", "/metrics");
  const line = /^apiserver_longrunning_requests\{verb="watch",resource="configmaps",subresource=""\} (\d+)$/m;
  return Number(line.exec(body)?.[1] ?? 0);
}

export const changing: readonly CommandRow[] = [
  changes("scale deployment web --replicas=3", { spec: { replicas: 3 } }),
  changes("scale deployment web --current-replicas=3 --replicas=2", { spec: { replicas: 2 } }),
  {
    title: "scale with a wrong --current-replicas changes nothing",
    run: async (kubectl) => {
      await kubectl.fails("scale deployment web --current-replicas=7 --replicas=1");
      assertHolds(await kubectl.read(web), { spec: { replicas: 2 } });
    },
  },
  {
    title: "autoscale",
    run: async (kubectl) => {
      await kubectl.run("autoscale deployment web --min=2 --max=5");
      const hpa = await kubectl.read("autoscaling/v2 horizontalpodautoscalers/web");
      assertHolds(hpa, { spec: { minReplicas: 2, maxReplicas: 5, scaleTargetRef: { name: "web" } } });
      assert.match(await kubectl.run("get hpa web"), /Deployment\/web/);
      await kubectl.run("delete hpa web");
    },
  },
  changes("set image deployment/web sleep=host/cat", firstContainer({ image: "host/cat" })),
  changes("set image deployment/web sleep=host/sleep", firstContainer({ image: "host/sleep" })),
  changes("set env deployment/web COLOUR=red", firstContainer({ env: [{ name: "COLOUR", value: "red" }] })),
  changes(
    "set resources deployment web --requests=cpu=10m",
    firstContainer({ resources: { requests: { cpu: "10m" } } }),
  ),
  changes("set serviceaccount deployment web robot", {
    spec: { template: { spec: { serviceAccountName: "robot" } } },
  }),
  {
    title: "set selector",
    run: async (kubectl) => {
      await kubectl.run("set selector service inside app=web");
      assertHolds(await kubectl.read("services/inside"), { spec: { selector: { app: "web" } } });
    },
  },
  changes("rollout pause deployment web", { spec: { paused: true } }),
  {
    title: "rollout resume",
    run: async (kubectl) => {
      await kubectl.run("rollout resume deployment web");
      assert.equal((await kubectl.read(web)).spec.paused, undefined);
    },
  },
  {
    title: "rollout restart",
    run: async (kubectl) => {
      await kubectl.run("rollout restart deployment web");
      const { spec } = await kubectl.read(web);
      assert.ok(spec.template.metadata.annotations?.["kubectl.kubernetes.io/restartedAt"]);
    },
  },
  {
    title: "rollout history and undo",
    run: async (kubectl) => {
      const history = await kubectl.run("rollout history deployment web");
      const [, oldest = ""] = /REVISION +CHANGE-CAUSE\n(\d+) /.exec(history) ?? [];
      const shown = await kubectl.run(`rollout history deployment web --revision=${oldest}`);
      assert.match(shown, /Image:\s+host\/cat/);
      await kubectl.run("rollout undo deployment web");
      assertHolds(await kubectl.read(web), { spec: { template: { spec: { serviceAccountName: "robot" } } } });
      assert.equal((await kubectl.read(web)).spec.template.metadata.annotations, undefined);
      await kubectl.run(`rollout undo deployment web --to-revision=${oldest}`);
      assertHolds(await kubectl.read(web), firstContainer({ image: "host/cat" }));
      await kubectl.run("set image deployment/web sleep=host/sleep");
    },
  },
  changes(["patch", "deployment", "web", "-p", '{"metadata":{"labels":{"p":"strategic"}}}'], {
    metadata: { labels: { p: "strategic", app: "web" } },
  }),
  changes(["patch", "deployment", "web", "--type=merge", "-p", '{"metadata":{"labels":{"p":"merge"}}}'], {
    metadata: { labels: { p: "merge" } },
  }),
  changes(
    [
      "patch",
      "deployment",
      "web",
      "--type=json",
      "-p",
      '[{"op":"replace","path":"/metadata/labels/p","value":"json"}]',
    ],
    { metadata: { labels: { p: "json" } } },
  ),
  changes(
    ["patch", "deployment", "web", "--subresource=scale", "--type=merge", "-p", '{"spec":{"replicas":2}}'],
    { spec: { replicas: 2 } },
    24,
  ),
  changes("label deployment web tier=front", { metadata: { labels: { tier: "front" } } }),
  changes("label deployment web tier=back --overwrite", { metadata: { labels: { tier: "back" } } }),
  {
    title: "label and annotate, without --overwrite and away",
    run: async (kubectl) => {
      assert.match(await kubectl.fails("label deployment web tier=side"), /overwrite is false/);
      await kubectl.run("label deployment web tier-");
      await kubectl.run("annotate deployment web note=hello");
      const { metadata } = await kubectl.read(web);
      assert.equal(metadata.labels["tier"], undefined);
      assert.equal(metadata.annotations["note"], "hello");
    },
  },
  {
    title: "edit",
    run: async (kubectl) => {
      const path = await editor(kubectl, 'a: "1"', 'a: "edited"');
      await kubectl.run("edit configmap settings", { env: { KUBE_EDITOR: path } });
      assertHolds(await kubectl.read("configmaps/settings"), { data: { a: "edited" } });
      const typo = await editor(kubectl, "replicas: 2", "replicaz: 2");
      await kubectl.fails("edit deployment web", { env: { KUBE_EDITOR: typo } });
      assertHolds(await kubectl.read(web), { spec: { replicas: 2 } });
    },
  },
  {
    title: "diff",
    run: async (kubectl) => {
      const same = await kubectl.manifest("applied", aDeployment("applied", { replicas: 2 }));
      assert.equal((await kubectl.try(`diff -f ${same}`)).code, 0);
      const other = await kubectl.manifest("applied", aDeployment("applied", { replicas: 3 }));
      const { code, stdout } = await kubectl.try(`diff -f ${other}`);
      assert.equal(code, 1);
      assert.match(stdout, /^-\s+replicas: 2$[^]*^\+\s+replicas: 3$/m);
      assertHolds(await kubectl.read("apps/v1 deployments/applied"), { spec: { replicas: 2 } });
    },
  },
  {
    title: "apply and create with --dry-run=server change nothing",
    run: async (kubectl) => {
      const file = await kubectl.manifest("dry", aDeployment("applied", { replicas: 9 }));
      await kubectl.run(`apply --dry-run=server -f ${file}`);
      assertHolds(await kubectl.read("apps/v1 deployments/applied"), { spec: { replicas: 2 } });
      await kubectl.run("create configmap ghost --dry-run=server");
      assert.equal((await kubectl.answer("configmaps/ghost")).status, 404);
    },
  },
  {
    title: "replace, also with --force",
    run: async (kubectl) => {
      const config = (value: string) => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "settings" },
        data: { b: value },
      });
      await kubectl.run(`replace -f ${await kubectl.manifest("config", config("1"))}`);
      assert.deepEqual((await kubectl.read("configmaps/settings")).data, { b: "1" });
      const { metadata } = await kubectl.read("configmaps/settings");
      await kubectl.run(`replace --force -f ${await kubectl.manifest("config", config("2"))}`);
      const next = await kubectl.read("configmaps/settings");
      assert.deepEqual(next.data, { b: "2" });
      assert.notEqual(next.metadata.uid, metadata.uid);
    },
  },
  {
    title: "wait for a condition and for a deletion",
    run: async (kubectl) => {
      await kubectl.run("wait --for=condition=Available deployment/web --timeout=60s");
      const before = await openWatches(kubectl);
      const waiting = kubectl.try("wait --for=delete configmap/filed --timeout=20s");
      // An object that is gone before kubectl looks is an error to it.
      await until("kubectl waits", async () => (await openWatches(kubectl)) > before);
      await kubectl.run("delete configmap filed");
      assert.equal((await waiting).code, 0);
      assert.match(
        await kubectl.fails("wait --for=condition=Never deployment/web --timeout=1s"),
        /timed out/,
      );
    },
  },
  {
    title: "delete by name, by label, by file, all of a kind",
    run: async (kubectl) => {
      await kubectl.run("delete secret keys");
      assert.equal((await kubectl.answer("secrets/keys")).status, 404);
      const file = await kubectl.manifest("applied", aDeployment("applied"));
      await kubectl.run(`delete -f ${file}`);
      assert.equal((await kubectl.answer("apps/v1 deployments/applied")).status, 404);
      await kubectl.run("delete configmap -l set=one");
      assert.equal((await kubectl.answer("configmaps/one")).status, 404);
      await kubectl.run("delete cronjob --all");
      assert.equal((await kubectl.read("batch/v1 cronjobs")).items.length, 0);
      assert.match(await kubectl.run("delete configmap nobody --ignore-not-found"), /^$/);
    },
  },
  {
    title: "delete --cascade=orphan leaves what belonged to it",
    run: async (kubectl) => {
      const orphan = kubectl.minor < 20 ? "--cascade=false" : "--cascade=orphan";
      await kubectl.run("rollout status deployment/filed --timeout=60s");
      await kubectl.run(`delete deployment filed ${orphan}`);
      const { items } = await kubectl.read("apps/v1 replicasets?labelSelector=app%3Dfiled");
      assert.equal(items.length, 1);
      assert.equal(items[0]?.metadata.ownerReferences, undefined);
      await kubectl.run("delete rs -l app=filed");
    },
  },
];
