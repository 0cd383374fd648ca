/** Commands that reach into running pods, and onto boards: exec, cp, attach, port-forward, debug, drain. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { until } from "@kubus/shared/testing/until.ts";
import type { CommandRow } from "./command.ts";

const node = "board-2";

const serverScript =
  "import http.server,socketserver as s\nclass H(http.server.BaseHTTPRequestHandler):\n def do_GET(self):\n  self.send_response(200);self.end_headers();self.wfile.write(b'served '+self.path.encode())\ns.TCPServer(('',8080),H).serve_forever()";

export const running: readonly CommandRow[] = [
  {
    title: "exec: output, input, exit code",
    run: async (kubectl) => {
      assert.equal(await kubectl.run("exec lone -- echo hello"), "hello\n");
      assert.equal(
        await kubectl.run("exec -i lone -- cat", { input: "through and back" }),
        "through and back",
      );
      const { code, stderr } = await kubectl.try(["exec", "lone", "--", "sh", "-c", "echo oh >&2; exit 7"]);
      assert.equal(code, 7);
      assert.match(stderr, /^oh\n/);
      assert.match(await kubectl.fails("exec lone -c other -- true"), /container other is not valid/);
    },
  },
  {
    title: "cp, in and out",
    run: async (kubectl) => {
      const content = "x".repeat(300_000);
      await writeFile(kubectl.path("in"), content);
      await kubectl.run(`cp ${kubectl.path("in")} lone:/tmp/copied`);
      assert.equal((await kubectl.run("exec lone -- wc -c /tmp/copied")).split(" ")[0], "300000");
      await kubectl.run(`cp lone:/tmp/copied ${kubectl.path("out")}`);
      assert.equal(await readFile(kubectl.path("out"), "utf8"), content);
    },
  },
  {
    title: "run -i, attach",
    run: async (kubectl) => {
      const words = "run guest --image=host/cat --restart=Never -i --rm --pod-running-timeout=30s";
      assert.match(await kubectl.run(words, { input: "said by a guest\n" }), /said by a guest/);
      await until("the guest is gone", async () => (await kubectl.answer("pods/guest")).status === 404);
    },
  },
  {
    title: "port-forward",
    run: async (kubectl) => {
      const file = await kubectl.manifest("server", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "server", labels: { app: "server" } },
        spec: {
          containers: [
            {
              name: "main",
              image: "host/python3",
              args: ["-c", serverScript],
              ports: [{ containerPort: 8080 }],
            },
          ],
        },
      });
      await kubectl.run(`create -f ${file}`);
      await kubectl.run("wait --for=condition=Ready pod/server --timeout=30s");
      const forward = kubectl.spawn("port-forward pod/server :8080");
      let said = "";
      forward.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
      const port = await until("the port is told", () => /127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
      const fetched = await until("the pod answers", () =>
        fetch(`http://127.0.0.1:${port}/a`).then(
          (answer) => answer.text(),
          () => undefined,
        ),
      );
      assert.equal(fetched, "served /a");
      forward.kill("SIGKILL");
    },
  },
  {
    title: "get --raw through the proxy of a pod and of a service",
    run: async (kubectl) => {
      const base = `/api/v1/namespaces/${kubectl.namespace}`;
      assert.equal(await kubectl.run(`get --raw ${base}/pods/server:8080/proxy/x`), "served /x");
      await kubectl.run("expose pod server --port=80 --target-port=8080");
      await until("the service has its endpoint", async () => {
        const { stdout } = await kubectl.try(`get --raw ${base}/services/server:80/proxy/y`);
        return stdout === "served /y";
      });
    },
  },
  {
    title: "debug pod",
    since: 23,
    run: async (kubectl) => {
      await kubectl.run("debug lone --image=host/sleep --container=probe -- 1000");
      const { spec } = await kubectl.read("pods/lone");
      assert.equal(spec.ephemeralContainers?.[0]?.name, "probe");
    },
  },
  {
    title: "cordon, drain, uncordon",
    run: async (kubectl) => {
      const read = async () =>
        (await kubectl.cluster.api<{ spec: object }>("GET", `/api/v1/nodes/${node}`)).body.spec;
      await kubectl.run(`cordon ${node}`);
      assert.equal(((await read()) as { unschedulable?: boolean }).unschedulable, true);
      const data = kubectl.minor < 20 ? "--delete-local-data" : "--delete-emptydir-data";
      await kubectl.run(
        `drain ${node} --ignore-daemonsets --force ${data} --timeout=50s --pod-selector=app=web`,
      );
      const { items } = await kubectl.read(
        `pods?labelSelector=app%3Dweb&fieldSelector=spec.nodeName%3D${node}`,
      );
      assert.deepEqual(
        items.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
        [],
      );
      await kubectl.run(`uncordon ${node}`);
      assert.equal(((await read()) as { unschedulable?: boolean }).unschedulable, undefined);
    },
  },
  {
    title: "taint",
    run: async (kubectl) => {
      const read = async () =>
        (await kubectl.cluster.api<{ spec: { taints?: { key: string }[] } }>("GET", `/api/v1/nodes/${node}`))
          .body.spec;
      await kubectl.run(`taint nodes ${node} test=yes:PreferNoSchedule`);
      assert.ok((await read()).taints?.some(({ key }) => key === "test"));
      await kubectl.run(`taint nodes ${node} test-`);
      assert.equal((await read()).taints?.some(({ key }) => key === "test") ?? false, false);
    },
  },
  {
    title: "delete pod, now and with --force",
    run: async (kubectl) => {
      await kubectl.run("delete pod lone --now");
      assert.equal((await kubectl.answer("pods/lone")).status, 404);
      await kubectl.run("delete pod talker server --grace-period=0 --force");
      await until("they are gone", async () => (await kubectl.answer("pods/server")).status === 404);
    },
  },
];
