/**
 * exec, attach, run, cp, port-forward and proxies with every kubectl that is there, old and new, on a real board.
 * One cluster for the file; each test has its own pods.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";

const cached = join(import.meta.dirname, "../../node_modules/.cache/kubus-tests");
/** By their generation of protocols: SPDY only, WebSocket for commands, WebSocket for all. */
const candidates = [
  ...["kubectl-old/usr/bin/kubectl", "kubectl-new/usr/bin/kubectl"].map((path) => join(cached, path)),
  ...["27", "29", "30", "32"].map((minor) => `/usr/lib/google-cloud-sdk/bin/kubectl.1.${minor}`),
];

/** Echoes what comes at 8000 of the pod's localhost only, each connection until the other side ends its half. */
const echoServer = `$SIG{CHLD} = "IGNORE"; socket(S, PF_INET, SOCK_STREAM, 0);
bind(S, pack_sockaddr_in(8000, INADDR_LOOPBACK)) or die; listen(S, 50);
while (accept(C, S)) { if (!fork) { while (sysread(C, $b, 65536)) { syswrite(C, $b) } exit } close C }`;

/** Answers every request at 8080 with its first line. */
const httpServer = `$SIG{CHLD} = "IGNORE"; socket(S, PF_INET, SOCK_STREAM, 0);
bind(S, pack_sockaddr_in(8080, INADDR_ANY)) or die; listen(S, 50);
while (accept(C, S)) { if (!fork) { sysread(C, $r, 65536); ($l) = split /\\r\\n/, $r;
print C "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($l) . "\\r\\nConnection: close\\r\\n\\r\\n$l"; close C; exit } close C }`;

const aPod = (name: string, script: string, ports: object[] = []) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { app: name } },
  spec: { containers: [{ name: "main", image: "host/perl", args: ["-MSocket", "-e", script], ports }] },
});

const pods = "/api/v1/namespaces/default/pods";

describe("streams", { skip: needsRoot, timeout: 300_000 }, () => {
  let cluster: Cluster;
  let kubectls: readonly string[] = [];
  before(async () => {
    cluster = await Cluster.up(["--boards", "1"]);
    kubectls = [cluster.kubectlPath, ...candidates.filter((path) => existsSync(path))];
    await cluster.api("POST", pods, aPod("echo", echoServer));
    await cluster.api("POST", pods, aPod("http", httpServer, [{ name: "web", containerPort: 8080 }]));
    await cluster.kubectl("wait", "pod", "--all", "--for=condition=Ready", "--timeout=30s");
  });
  after(() => cluster.down());

  const start = (kubectl: string, args: readonly string[]) => {
    const env = { ...process.env, KUBECONFIG: join(cluster.dir, "kubeconfig"), HOME: cluster.dir };
    return spawn(kubectl, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  };
  const run = async (kubectl: string, args: readonly string[], input = "") => {
    const child = start(kubectl, args);
    child.stdin.end(input);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    const code = await new Promise<number>((resolve) => child.once("close", (exit) => resolve(exit ?? -1)));
    return { code, stdout, stderr };
  };

  test("every kubectl runs commands: input, output, errors, exit codes", async () => {
    for (const kubectl of kubectls) {
      const script = "cat; echo careful >&2; exit 3";
      const { code, stdout, stderr } = await run(
        kubectl,
        ["exec", "-i", "echo", "--", "sh", "-c", script],
        "hello",
      );
      assert.deepEqual([code, stdout], [3, "hello"], kubectl);
      assert.match(stderr, /careful/, kubectl);
      assert.match(stderr, /command terminated with exit code 3/, kubectl);
    }
  });

  test("every kubectl runs a pod with its input, sees its output and takes it away", async () => {
    for (const [i, kubectl] of kubectls.entries()) {
      const script = "read line; echo got $line; exit 5";
      const args = [
        "run",
        "-i",
        "--rm",
        `once-${i}`,
        "--image=host/sh",
        "--restart=Never",
        "--",
        "-c",
        script,
      ];
      const { code, stdout } = await run(kubectl, args, "it\n");
      assert.equal(code, 5, kubectl);
      assert.match(stdout, /got it/, kubectl);
      assert.equal((await cluster.api("GET", `${pods}/once-${i}`)).status, 404);
    }
  });

  test("a terminal has the size of the client's, and ends as its shell does", async () => {
    const line = `stty rows 41 cols 133; exec ${cluster.kubectlPath} run -it --rm tty --image=host/sh --restart=Never`;
    const child = start("script", ["-qec", line, "/dev/null"]);
    let text = "";
    child.stdout.on("data", (bytes: Buffer) => (text += bytes.toString()));
    await until("the attached client", () => text.includes("command prompt"), 30_000);
    let asked = 0;
    // The shell's first words were said before anybody was there; sizes arrive a moment later.
    const hasSize = () => {
      if (asked++ % 25 === 0) child.stdin.write("stty size\n");
      return text.includes("41 133");
    };
    await until("the size", hasSize, 20_000);
    child.stdin.write("exit 4\n");
    assert.equal(await new Promise((resolve) => child.once("close", resolve)), 4);
  });

  test("attached clients come and go, and a container's input waits for the next", async () => {
    const spec = { containers: [{ name: "main", image: "host/cat", stdin: true }] };
    await cluster.api("POST", pods, { apiVersion: "v1", kind: "Pod", metadata: { name: "open" }, spec });
    await cluster.kubectl("wait", "pod/open", "--for=condition=Ready", "--timeout=30s");
    for (const word of ["one", "two"]) {
      const child = start(cluster.kubectlPath, ["attach", "-i", "open"]);
      let text = "";
      child.stdout.on("data", (bytes: Buffer) => (text += bytes.toString()));
      child.stdin.write(`${word}\n`);
      await until(`${word} to come back`, () => text.includes(word), 20_000);
      child.kill("SIGKILL");
    }
    assert.equal((await cluster.kubectl("logs", "open")).stdout, "one\ntwo\n");
  });

  test("files arrive as they were sent, in both directions", async () => {
    const [there, back] = [join(cluster.dir, "there"), join(cluster.dir, "back")];
    const content = randomBytes(20 * 1024 * 1024);
    await writeFile(there, content);
    for (const kubectl of kubectls) {
      assert.equal((await run(kubectl, ["cp", there, "echo:/tmp/copy"])).code, 0, kubectl);
      assert.equal((await run(kubectl, ["cp", "echo:/tmp/copy", back])).code, 0, kubectl);
      assert.ok(content.equals(await readFile(back)), kubectl);
    }
  });

  test("every kubectl forwards ports to a pod's own localhost, and says when nobody listens there", async () => {
    for (const kubectl of kubectls) {
      const child = start(kubectl, ["port-forward", "pod/echo", ":8000", ":81"]);
      let [text, errors] = ["", ""];
      child.stdout.on("data", (bytes: Buffer) => (text += bytes.toString()));
      child.stderr.on("data", (bytes: Buffer) => (errors += bytes.toString()));
      const portOf = (remote: number) =>
        Number(new RegExp(`127.0.0.1:(\\d+) -> ${remote}`).exec(text)?.[1] ?? 0);
      await until("both ports", () => portOf(8000) > 0 && portOf(81) > 0, 20_000);
      const sent = [10, 1_000, 5_000_000, 3_000_000].map((size) => randomBytes(size));
      const digests = await Promise.all(sent.map((bytes) => echoed(portOf(8000), bytes)));
      assert.deepEqual(digests, sent.map(digestOf), kubectl);
      await echoed(portOf(81), Buffer.from("x")).catch(() => undefined);
      await until(
        "the complaint",
        () => /error forwarding port 81 to pod .*connection refused/.test(errors),
        20_000,
      );
      child.kill();
    }
  });

  test("proxies lead to pods and services", async () => {
    const ports = [{ name: "web", port: 80, targetPort: "web" }];
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "http" },
      spec: { selector: { app: "http" }, ports },
    };
    await cluster.api("POST", "/api/v1/namespaces/default/services", service);
    const pod = await cluster.api<string>("GET", `${pods}/http:8080/proxy/a//b?x=1`);
    assert.deepEqual([pod.status, pod.body], [200, "GET /a//b?x=1 HTTP/1.1"]);
    const path = "/api/v1/namespaces/default/services/http:web/proxy/s";
    await until("an endpoint", async () => (await cluster.api("GET", path)).status === 200, 20_000);
    assert.equal((await cluster.api<string>("PUT", path, { a: 1 })).body, "PUT /s HTTP/1.1");
    assert.equal((await cluster.api("GET", `${pods}/http:81/proxy/`)).status, 503);
    assert.equal((await cluster.api("GET", "/api/v1/nodes/board-1/proxy/configz")).status, 501);
  });
});

const digestOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

function echoed(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash("sha256");
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("data", (piece: Buffer) => hash.update(piece));
    socket.on("error", reject);
    socket.on("end", () => resolve(hash.digest("hex")));
    socket.end(bytes);
  });
}
