/**
 * What the introductions to Kubernetes show, with the real kubectl, on a real cluster of three boards.
 * One cluster for the file; each test cleans up what it made.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../cluster/cluster.ts";
import { canReach } from "../cluster/reach.ts";
import { needsRoot } from "../cluster/needs.ts";

interface PodItem {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly phase: string; readonly podIP?: string };
}

describe("kubectl", { skip: needsRoot }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.up(["--boards", "3"]);
  });
  after(() => cluster.down());

  /** Runs kubectl and expects success; the words are split at spaces. */
  const k = async (words: string, input?: string) => {
    const { code, stdout, stderr } = await cluster.kubectlWith(
      input === undefined ? {} : { input },
      ...words.split(" "),
    );
    assert.equal(code, 0, `kubectl ${words}\n${stdout}${stderr}`);
    return stdout;
  };
  const pods = async (selector: string) => {
    const { items } = JSON.parse(await k(`get pods -l ${selector} -o json`)) as { items: PodItem[] };
    return items;
  };
  const manifest = async (name: string, object: unknown) => {
    const path = join(cluster.dir, name);
    await writeFile(path, JSON.stringify(object));
    return path;
  };

  test("introduces itself: version, cluster-info, api-resources, api-versions", async () => {
    assert.match(await k("version"), /Server Version: v1\.33\.0\+kubus/);
    assert.match(await k("cluster-info"), /control plane.* is running at/i);
    const resources = await k("api-resources");
    for (const kind of ["Pod", "Deployment", "ReplicaSet", "Namespace", "Lease", "ReplicationController"]) {
      assert.match(resources, new RegExp(`\\b${kind}\\b`));
    }
    assert.match(await k("api-versions"), /apps\/v1/);
  });

  test("shows three boards that are Ready, with what they really have", async () => {
    const table = await k("get nodes -o wide");
    assert.equal(table.match(/ Ready /g)?.length, 3, table);
    const description = await k("describe node board-1");
    for (const word of [
      "Capacity:",
      "Allocatable:",
      "MemoryPressure",
      "kubus.io/",
      "Kernel Version:",
      "PodCIDR:",
    ]) {
      assert.ok(description.includes(word), `"${word}" is missing in:\n${description}`);
    }
  });

  test("boards tell of a pod's start in few writes, and say nothing that is known", async () => {
    const written = async () => {
      const { body } = await cluster.api<string>("GET", "/metrics");
      const patches =
        /apiserver_request_total\{verb="patch",[^}]*resource="pods",subresource="status"[^}]*\} (\d+)/;
      return Number(patches.exec(body)?.[1] ?? 0);
    };
    const before = await written();
    await k("create deployment terse --image=host/sleep --replicas=3 -- sleep 1000");
    await k("rollout status deployment/terse --timeout=30s");
    // Accepted, its address, its image, running: each at most once.
    const count = (await written()) - before;
    assert.ok(count >= 3 && count <= 12, `${count} writes for three pods`);
    await k("delete deployment terse");
    await until("its pods are gone", async () => (await pods("app=terse")).length === 0);
  });

  test("a deployment of three ends with three running pods on three boards, each reachable at its address", async () => {
    await k("create deployment web --image=host/python3 --replicas=3 -- python3 -m http.server 8080");
    await k("rollout status deployment/web --timeout=30s");
    const items = await pods("app=web");
    assert.equal(items.length, 3);
    assert.equal(new Set(items.map(({ spec }) => spec.nodeName)).size, 3, "one on each board");
    for (const { status, metadata } of items) {
      assert.equal(status.phase, "Running");
      await until(`${metadata.name} answers the machine`, () => canReach(status.podIP ?? "", 8080));
    }
    const [first] = items;
    assert.ok(first);
    for (const { status } of items) {
      const url = `http://${status.podIP ?? ""}:8080/`;
      const fetch = `import urllib.request;print(urllib.request.urlopen('${url}',timeout=5).status)`;
      const answer = await cluster.kubectl("exec", first.metadata.name, "--", "python3", "-c", fetch);
      assert.equal(answer.stdout.trim(), "200", `from a pod to ${url}: ${answer.stderr}`);
    }
  });

  test("get prints tables, wide, yaml, json, by label and by field", async () => {
    assert.match(await k("get pods"), /NAME +READY +STATUS +RESTARTS +AGE/);
    assert.match(await k("get pods -o wide"), /IP +NODE/);
    assert.match(await k("get deployment web -o yaml"), /kind: Deployment/);
    assert.match(await k("get pods -l app=web"), /web-/);
    assert.match(await k("get pods --field-selector spec.nodeName=board-2"), /web-/);
    assert.match(await k("get pods -A"), /default +web-/);
    assert.match(await k("get all"), /deployment.apps\/web/);
    assert.match(await k("get events"), /SuccessfulCreate/);
    const [first] = await pods("app=web");
    assert.match(await k(`describe pod ${first?.metadata.name ?? ""}`), /Events:[^]*Scheduled/);
    assert.match(await k("describe deployment web"), /ScalingReplicaSet/);
  });

  test("get -w tells of changes as they happen", async () => {
    const watch = cluster.spawnKubectl("get", "pods", "-w", "--no-headers", "-l", "app=watched");
    let seen = "";
    watch.stdout?.on("data", (chunk: Buffer) => (seen += chunk.toString()));
    await k("run watched --image=host/sleep --labels app=watched -- 1000");
    await until("the watch shows the pod running", () => seen.includes("Running"), 15_000);
    await k("delete pod watched --grace-period=0 --force");
    watch.kill();
  });

  test("scale, set image, rollout status and history", async () => {
    await k("scale deployment web --replicas=5");
    await k("rollout status deployment/web --timeout=30s");
    assert.equal((await pods("app=web")).length, 5);
    await k("set image deployment/web python3=host/python3.11");
    await k("rollout status deployment/web --timeout=60s");
    assert.match(await k("get rs"), /web-/);
    assert.match(await k("rollout history deployment/web"), /2/);
    await k("rollout undo deployment/web");
    await k("rollout status deployment/web --timeout=60s");
    assert.match(
      await k("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}"),
      /^host\/python3$/,
    );
    await k("scale deployment web --replicas=3");
  });

  test("label, annotate and all three kinds of patch", async () => {
    await k("label deployment web tier=front");
    await k("annotate deployment web note=hello");
    await k(`patch deployment web -p {"metadata":{"labels":{"strategic":"yes"}}}`);
    await k(`patch deployment web --type=merge -p {"metadata":{"labels":{"merge":"yes"}}}`);
    await k(
      `patch deployment web --type=json -p [{"op":"add","path":"/metadata/labels/json","value":"yes"}]`,
    );
    const labels = await k("get deployment web -o jsonpath={.metadata.labels}");
    for (const label of ["tier", "strategic", "merge", "json"]) assert.ok(labels.includes(label), labels);
    await k("label deployment web tier-");
  });

  test("create namespace, configmap, secret; apply, apply again, delete -f", async () => {
    await k("create namespace shop");
    await k("create configmap settings --from-literal=colour=blue -n shop");
    await k("create secret generic key --from-literal=password=hidden -n shop");
    assert.match(await k("get secret key -n shop -o jsonpath={.data.password}"), /^aGlkZGVu$/);
    const config = (colour: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "applied", namespace: "shop" },
      data: { colour },
    });
    const path = await manifest("config.json", config("red"));
    assert.match(await k(`apply -f ${path}`), /created/);
    assert.match(await k(`apply -f ${path}`), /unchanged/);
    await manifest("config.json", config("green"));
    assert.match(await k(`apply -f ${path}`), /configured/);
    assert.equal(await k("get cm applied -n shop -o jsonpath={.data.colour}"), "green");
    await k(`delete -f ${path}`);
    await k("delete namespace shop");
    assert.match((await cluster.kubectl("get", "namespace", "shop")).stderr, /not found/);
  });

  test("run, logs, logs -f, exec, exec -it, delete", async () => {
    const script = "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.2; done";
    const created = await cluster.kubectl("run", "talker", "--image=host/sh", "--", "-c", script);
    assert.equal(created.code, 0, created.stderr);
    await k("wait --for=condition=Ready pod/talker --timeout=20s");
    await until("the log has lines", async () => (await k("logs talker")).includes("line 3"));
    assert.equal((await k("logs talker --tail=1")).trim().split("\n").length, 1);
    const follow = cluster.spawnKubectl("logs", "-f", "talker");
    let followed = "";
    follow.stdout?.on("data", (chunk: Buffer) => (followed += chunk.toString()));
    await until("logs -f goes on", () => followed.split("\n").length > 6, 15_000);
    follow.kill();
    assert.match((await cluster.kubectl("exec", "talker", "--", "hostname")).stdout, /^talker$/m);
    const exit = await cluster.kubectl("exec", "talker", "--", "sh", "-c", "exit 7");
    assert.equal(exit.code, 7, exit.stderr);
    const echo = await cluster.kubectlWith({ input: "through stdin" }, "exec", "-i", "talker", "--", "cat");
    assert.equal(echo.stdout, "through stdin");
    await k("delete pod talker --force --grace-period=0");
  });

  test("exec -it gives a terminal", async () => {
    await k("run shell --image=host/sleep -- 1000");
    await k("wait --for=condition=Ready pod/shell --timeout=20s");
    const { execFileSync } = await import("node:child_process");
    const env = { ...process.env, KUBECONFIG: join(cluster.dir, "kubeconfig") };
    const command = `${cluster.kubectlPath} exec -it shell -- sh -c 'tty; stty size'`;
    const output = execFileSync("script", ["-qec", command, "/dev/null"], {
      env,
      timeout: 20_000,
    }).toString();
    assert.match(output, /\/dev\/pts\/\d+/);
    await k("delete pod shell --grace-period=1");
  });

  test("cordon keeps new pods away, uncordon lets them come", async () => {
    await k("cordon board-1");
    assert.match(await k("get node board-1"), /SchedulingDisabled/);
    await k("create deployment kept-away --image=host/sleep --replicas=4 -- sleep 1000");
    await k("rollout status deployment/kept-away --timeout=30s");
    const boards = (await pods("app=kept-away")).map(({ spec }) => spec.nodeName);
    assert.ok(!boards.includes("board-1"), boards.join(" "));
    await k("uncordon board-1");
    await k("delete deployment kept-away");
  });

  test("a pod that fits nowhere says why", async () => {
    await k(`run huge --image=host/sleep --overrides={"spec":{"nodeSelector":{"disk":"tape"}}} -- 1000`);
    await until("the event names the reason", async () =>
      /0\/3 nodes are available.*didn't match Pod's node affinity\/selector/.test(
        await k("describe pod huge"),
      ),
    );
    await k("delete pod huge");
  });

  test("a crashing container is restarted with growing pauses, its last log kept", async () => {
    await k("run crasher --image=host/sh -- -c", undefined).catch(() => undefined);
    await cluster.kubectl("delete", "pod", "crasher", "--force", "--grace-period=0");
    await cluster.kubectl("run", "crasher", "--image=host/sh", "--", "-c", "echo dying; exit 3");
    await until(
      "CrashLoopBackOff shows",
      async () => (await k("get pod crasher")).includes("CrashLoopBackOff"),
      30_000,
    );
    assert.match(await k("logs crasher --previous").catch(() => k("logs crasher")), /dying/);
    assert.equal(
      await k("get pod crasher -o jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}"),
      "3",
    );
    await k("delete pod crasher --force --grace-period=0");
  });

  test("deleting a deployment takes its replica sets and pods along", async () => {
    await k("delete deployment web");
    await until(
      "nothing of it is left",
      async () => {
        const { stdout } = await cluster.kubectl("get", "rs,pods", "-l", "app=web", "-o", "name");
        return stdout.trim() === "";
      },
      45_000,
    );
  });

  test("a replication controller keeps its pods", async () => {
    const path = await manifest("rc.json", {
      apiVersion: "v1",
      kind: "ReplicationController",
      metadata: { name: "old" },
      spec: {
        replicas: 2,
        selector: { app: "old" },
        template: {
          metadata: { labels: { app: "old" } },
          spec: {
            containers: [{ name: "main", image: "host/sleep", args: ["1000"] }],
            terminationGracePeriodSeconds: 1,
          },
        },
      },
    });
    await k(`create -f ${path}`);
    await until(
      "two run",
      async () => (await pods("app=old")).filter(({ status }) => status.phase === "Running").length === 2,
    );
    const [victim] = await pods("app=old");
    await k(`delete pod ${victim?.metadata.name ?? ""}`);
    await until(
      "two run again",
      async () => (await pods("app=old")).filter(({ status }) => status.phase === "Running").length === 2,
    );
    await k(`delete -f ${path}`);
  });
});
