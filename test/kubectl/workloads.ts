/** Commands for what keeps pods besides deployments: stateful and daemon sets, replication controllers, jobs. */
import assert from "node:assert/strict";
import { until } from "@kubus/shared/testing/until.ts";
import type { CommandRow } from "./command.ts";
import type { Kubectl } from "./kubectl.ts";
import { aDeployment, assertHolds } from "./making.ts";

/** As `aDeployment`, of another kind, and without a grace period: these pods come and go often. */
function aSet(kind: string, name: string, more: object = {}) {
  const { metadata, spec } = aDeployment(name);
  const { template } = spec;
  const hasty = { ...template, spec: { ...template.spec, terminationGracePeriodSeconds: 0 } };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata,
    spec: { selector: spec.selector, template: hasty, ...more },
  };
}

const line = "apps/v1 statefulsets/line";
const each = "apps/v1 daemonsets/each";

const image = (name: string) => ({ spec: { template: { spec: { containers: [{ image: name }] } } } });

const isRolledOut = async (kubectl: Kubectl, what: string): Promise<void> => {
  assert.match(
    await kubectl.run(`rollout status ${what} --timeout=60s`),
    /rolling update complete|successfully rolled out|partitioned roll out complete/,
  );
};

/** The same for both kinds of sets: they keep their history in ControllerRevisions. */
const rollouts = (what: string, at: string): readonly CommandRow[] => [
  {
    title: `set image and rollout status ${what}`,
    run: async (kubectl) => {
      await isRolledOut(kubectl, what);
      await kubectl.run(`set image ${what} main=host/cat`);
      assertHolds(await kubectl.read(at), image("host/cat"));
    },
  },
  {
    title: `rollout history and undo ${what}`,
    run: async (kubectl) => {
      await until("there are two revisions", async () =>
        /^2 +<none>$/m.test(await kubectl.run(`rollout history ${what}`)),
      );
      assert.match(await kubectl.run(`rollout history ${what} --revision=1`), /Image:\s+host\/sleep/);
      await kubectl.run(`rollout undo ${what}`);
      assertHolds(await kubectl.read(at), image("host/sleep"));
      await isRolledOut(kubectl, what);
    },
  },
  {
    title: `rollout restart ${what}`,
    run: async (kubectl) => {
      const [kind = "", name = ""] = what.split("/");
      const uids = async () => {
        const { items } = await kubectl.read(`pods?labelSelector=app%3D${name}`);
        return items.map(({ metadata }) => metadata.uid);
      };
      const before = await uids();
      await kubectl.run(`rollout restart ${kind} ${name}`);
      await isRolledOut(kubectl, what);
      const after = await uids();
      assert.deepEqual(
        before.filter((uid) => after.includes(uid)),
        [],
        "every pod is a new one",
      );
    },
  },
  {
    title: `rollout pause ${what} is not for sets`,
    run: async (kubectl) =>
      assert.match(await kubectl.fails(`rollout pause ${what}`), /pausing is not supported/),
  },
];

export const workloads: readonly CommandRow[] = [
  {
    title: "create -f a stateful set and a daemon set",
    run: async (kubectl) => {
      const more = { replicas: 2, serviceName: "line", podManagementPolicy: "Parallel" };
      const file = await kubectl.manifest(
        "sets",
        aSet("StatefulSet", "line", more),
        aSet("DaemonSet", "each"),
      );
      await kubectl.run(`create -f ${file}`);
      await isRolledOut(kubectl, "statefulset/line");
      await isRolledOut(kubectl, "daemonset/each");
      assert.match(await kubectl.run("get sts line"), /NAME +READY +AGE\nline +2\/2/);
      assert.match(
        await kubectl.run("get ds each"),
        /NAME +DESIRED +CURRENT +READY +UP-TO-DATE +AVAILABLE +NODE SELECTOR +AGE\neach +2 +2 +2 +2 +2 +<none>/,
      );
    },
  },
  {
    title: "describe a stateful set and a daemon set",
    run: async (kubectl) => {
      assert.match(
        await kubectl.run("describe sts line"),
        /Replicas: +2 desired \| 2 total[^]*create Pod line-0/,
      );
      assert.match(
        await kubectl.run("describe ds each"),
        /Desired Number of Nodes Scheduled: 2[^]*Pods Status: +2 Running[^]*Created pod: each-/,
      );
    },
  },
  {
    title: "scale statefulset",
    run: async (kubectl) => {
      await kubectl.run("scale statefulset line --replicas=1");
      await until("line-1 is gone", async () => (await kubectl.answer("pods/line-1")).status === 404);
      assert.equal((await kubectl.answer("pods/line-0")).status, 200);
      await kubectl.run("scale sts line --current-replicas=1 --replicas=2");
      assertHolds(await kubectl.read(line), { spec: { replicas: 2 } });
    },
  },
  ...rollouts("statefulset/line", line),
  ...rollouts("daemonset/each", each),
  {
    title: "exec and logs by the name of what keeps the pods",
    run: async (kubectl) => {
      assert.match(await kubectl.run("exec statefulset/line -- hostname"), /^line-\d$/m);
      assert.match(await kubectl.run("exec deployment/web -- hostname"), /^web-/);
      await kubectl.run("logs daemonset/each");
    },
  },
  {
    title: "delete statefulset --cascade=orphan leaves its pods",
    run: async (kubectl) => {
      const orphan = kubectl.minor < 20 ? "--cascade=false" : "--cascade=orphan";
      const { metadata } = await kubectl.read("pods/line-0");
      await kubectl.run(`delete statefulset line ${orphan}`);
      const left = await kubectl.read("pods/line-0");
      assert.deepEqual([left.metadata.uid, left.metadata.ownerReferences], [metadata.uid, undefined]);
      await kubectl.run("delete pods -l app=line --now");
    },
  },
  {
    title: "delete daemonset",
    run: async (kubectl) => {
      await kubectl.run("delete daemonset each --cascade=foreground --timeout=30s");
      assert.equal((await kubectl.answer(each)).status, 404);
      assert.deepEqual((await kubectl.read("pods?labelSelector=app%3Deach")).items, []);
    },
  },
  {
    title: "a replication controller: create, scale, autoscale, expose, delete",
    run: async (kubectl) => {
      const { spec } = aSet("x", "old");
      const controller = { ...spec, selector: spec.selector.matchLabels, replicas: 1 };
      const file = await kubectl.manifest("rc", {
        apiVersion: "v1",
        kind: "ReplicationController",
        metadata: { name: "old" },
        spec: controller,
      });
      await kubectl.run(`create -f ${file}`);
      await kubectl.run("scale rc old --replicas=2");
      assertHolds(await kubectl.read("replicationcontrollers/old"), { spec: { replicas: 2 } });
      await kubectl.run("autoscale rc old --min=1 --max=3");
      const target = { kind: "ReplicationController", name: "old" };
      assertHolds(await kubectl.read("autoscaling/v2 horizontalpodautoscalers/old"), {
        spec: { scaleTargetRef: target },
      });
      await kubectl.run("delete hpa old");
      await kubectl.run("expose rc old --port=80 --target-port=8080");
      assertHolds(await kubectl.read("services/old"), { spec: { selector: { app: "old" } } });
      await until("both run", async () => /old +2 +2 +2/.test(await kubectl.run("get rc old")));
      await kubectl.run("delete rc,service old");
      await until("its pods are gone", async () => {
        const { items } = await kubectl.read("pods?labelSelector=app%3Dold");
        return items.length === 0;
      });
    },
  },
  {
    title: "a job: create with a command, wait, logs, delete",
    run: async (kubectl) => {
      await kubectl.run(["create", "job", "sum", "--image=host/sh", "--", "sh", "-c", "echo $((1 + 2))"]);
      await kubectl.run("wait --for=condition=complete job/sum --timeout=60s");
      assert.equal(await kubectl.run("logs job/sum"), "3\n");
      assert.match(await kubectl.run("get job sum"), /sum +(Complete +)?1\/1/);
      assert.match(
        await kubectl.run("describe job sum"),
        /Pods Statuses: +0 (Active|Running)[^]*1 Succeeded/,
      );
      await kubectl.run("delete job sum");
      await until("its pod is gone", async () => {
        const { items } = await kubectl.read("pods?labelSelector=job-name%3Dsum");
        return items.length === 0;
      });
    },
  },
];
