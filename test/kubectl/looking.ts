/** Commands that look: get in all its forms, describe, explain, events, top, discovery. */
import assert from "node:assert/strict";
import { until } from "@kubus/shared/testing/until.ts";
import type { CommandRow } from "./command.ts";
import type { Kubectl } from "./kubectl.ts";

/** Names that two groups have, in Kubernetes as here: events of old and new, and what is measured. */
const shared: readonly string[] = ["events", "nodes", "pods"];

/** Runs a command whose answer must match. */
const shows = (words: string, pattern: RegExp, since?: number): CommandRow => ({
  title: words,
  ...(since === undefined ? {} : { since }),
  run: async (kubectl) => assert.match(await kubectl.run(words), pattern),
});

const webPod = async (kubectl: Kubectl): Promise<string> => {
  const { items } = await kubectl.read("pods?labelSelector=app%3Dweb");
  return items[0]?.metadata.name ?? assert.fail("no pod of web");
};

export const looking: readonly CommandRow[] = [
  shows("version", /Server Version: .*v?1\.33|GitVersion:"v1\.33/),
  shows("cluster-info", /is running at/),
  shows("api-versions", /^networking\.k8s\.io\/v1$/m),
  {
    title: "api-resources names every kind",
    run: async (kubectl) => {
      const lines = (await kubectl.run("api-resources --no-headers")).trim().split("\n");
      assert.ok(lines.length >= 50, `${lines.length} resources`);
      const names = lines.map((line) => line.split(/\s+/)[0]);
      assert.deepEqual(
        names.filter((name = "", i) => names.indexOf(name) !== i && !shared.includes(name)),
        [],
      );
      assert.match(await kubectl.run("api-resources --namespaced=false -o name"), /^nodes$/m);
    },
  },
  {
    title: "rollout status waits for the deployment",
    run: async (kubectl) => {
      assert.match(
        await kubectl.run("rollout status deployment/web --timeout=60s"),
        /successfully rolled out/,
      );
      assert.equal((await kubectl.read("apps/v1 deployments/web")).status.readyReplicas, 2);
    },
  },
  shows("get pods", /NAME +READY +STATUS +RESTARTS +AGE\n[^]*web-/),
  shows("get pods -o wide", /NAME.*IP +NODE[^]*board-\d/),
  shows("get pods --show-labels", /LABELS[^]*app=web/),
  shows("get pods -L app", /APP[^]*web/),
  shows("get pods -l app=web,who!=lone -o name", /^pod\/web-/),
  shows("get pods --field-selector status.phase=Running -o name", /pod\/lone/),
  shows("get pods --sort-by=.metadata.name", /^NAME/),
  shows("get pods -A", /^NAMESPACE +NAME/),
  shows("get pod lone -o yaml", /^kind: Pod$/m),
  shows("get pod lone -o json", /"kind": "Pod"/),
  shows("get pod lone -o jsonpath={.spec.containers[0].image}", /^host\/sleep$/),
  shows("get pods -o custom-columns=N:.metadata.name,P:.status.phase", /^N +P\n[^]*Running/),
  shows(
    "get deploy,rs,svc,cm,secret,sa,quota,job,cronjob,ingress,pdb,role,rolebinding",
    /deployment.apps\/web/,
  ),
  shows("get all", /deployment.apps\/web[^]*replicaset.apps\/web-/),
  shows("get nodes", /board-1 +Ready/),
  shows("get --raw /healthz", /^ok$/),
  shows("get componentstatuses", /Healthy/),
  {
    title: "get of what is not there",
    run: async (kubectl) => {
      assert.match(await kubectl.fails("get pod nobody"), /\(NotFound\): pods "nobody" not found/);
      assert.match(await kubectl.fails("get foos"), /doesn't have a resource type "foos"/);
    },
  },
  {
    title: "get -w and get --watch-only",
    run: async (kubectl) => {
      for (const flag of ["-w", "--watch-only"]) {
        const watch = kubectl.spawn(`get configmaps ${flag} --no-headers`);
        let seen = "";
        watch.stdout?.on("data", (chunk: Buffer) => (seen += chunk.toString()));
        let i = 0;
        await until(`get ${flag} tells of a new one`, async () => {
          i += 1;
          await kubectl.cluster.api("POST", `/api/v1/namespaces/${kubectl.namespace}/configmaps`, {
            metadata: { name: `watched${flag.replaceAll("-", "")}${i}` },
          });
          return seen.includes(`watched${flag.replaceAll("-", "")}`);
        });
        watch.kill("SIGKILL");
      }
    },
  },
  {
    title: "get events, and describe tells of them",
    run: async (kubectl) => {
      assert.match(await kubectl.run("get events"), /LAST SEEN +TYPE +REASON +OBJECT +MESSAGE[^]*Scheduled/);
      const name = await webPod(kubectl);
      const text = await kubectl.run(`describe pod ${name}`);
      assert.match(text, new RegExp(`^Name: +${name}$`, "m"));
      assert.match(text, /Events:[^]*Scheduled/);
    },
  },
  shows("events", /Scheduled/, 26),
  shows("describe node board-1", /Allocatable:[^]*Non-terminated Pods:[^]*Allocated resources:/),
  shows("describe deployment web", /StrategyType: +RollingUpdate[^]*ScalingReplicaSet/),
  shows("describe service webs", /^Endpoints: +\d+\.\d+\.\d+\.\d+:8080/m),
  shows("describe cronjob nightly", /Schedule: +0 3 \* \* \*/),
  shows("describe ingress shop", /shop\.example[^]*\/cart/),
  shows("describe quota limits", /pods +\d+ +50/),
  shows("describe role reader", /pods +\[\] +\[\] +\[get list\]/),
  shows("describe secret keys", /p: +1 bytes/),
  shows("describe namespace default", /^Status: +Active$/m),
  shows("explain pod.spec.containers.ports", /containerPort/),
  shows("explain deployment --recursive", /progressDeadlineSeconds/),
  shows("explain cronjob.spec", /concurrencyPolicy/),
  {
    title: "logs, with all their flags",
    run: async (kubectl) => {
      const spec = {
        containers: [{ name: "main", image: "host/sh", args: ["-c", "echo one; echo two; sleep 1000"] }],
      };
      const file = await kubectl.manifest("talker", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "talker", labels: { app: "talker" } },
        spec,
      });
      await kubectl.run(`create -f ${file}`);
      await kubectl.run("wait --for=condition=Ready pod/talker --timeout=30s");
      await until("the log has both lines", async () => (await kubectl.run("logs talker")).includes("two"));
      assert.equal(await kubectl.run("logs talker --tail=1"), "two\n");
      assert.equal(await kubectl.run("logs talker -c main"), "one\ntwo\n");
      assert.equal(await kubectl.run("logs -l app=talker --tail=1"), "two\n");
      assert.match(await kubectl.run("logs talker --timestamps --since=1h"), /^\d{4}-\d\d-\d\dT\S+Z one$/m);
      assert.equal(await kubectl.run("logs talker --limit-bytes=3"), "one");
      assert.match(await kubectl.fails("logs talker -p"), /previous terminated container "main"/);
      const follower = kubectl.spawn("logs -f talker");
      let seen = "";
      follower.stdout?.on("data", (chunk: Buffer) => (seen += chunk.toString()));
      await until("logs -f shows what was said", () => seen.includes("two"));
      follower.kill("SIGKILL");
    },
  },
  {
    title: "top node and top pod",
    run: async (kubectl) => {
      await until(
        "there are measurements of boards",
        async () => (await kubectl.try("top node")).code === 0,
        60_000,
      );
      assert.match(await kubectl.run("top node"), /NAME +CPU\(cores\)[^]*board-1 +\d+m/);
      await until(
        "there are measurements of pods",
        async () => /lone/.test((await kubectl.try("top pod")).stdout),
        60_000,
      );
      assert.match(await kubectl.run("top pod"), /lone +\d+m +\d+Mi/);
    },
  },
];
