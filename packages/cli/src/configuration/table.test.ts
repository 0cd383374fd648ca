/** Values, their sources, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { agentConfig, agentRows } from "./agent.ts";
import { serverConfig, serverRows } from "./server.ts";
import { printable, readSettings, type ConfigRow } from "./table.ts";

const files: Readonly<Record<string, string>> = {
  "/etc/kubus/agent.yaml":
    "node: pi-1\nbus:\n  servers: [tls://a:4222]\n  caFile: ca.crt\n  seedFile: seed\naddress: 10.0.0.2\nlabels:\n  zone: attic\n",
  "/etc/kubus/ca.crt": "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n",
  "/etc/kubus/seed": "SUSEED\n",
  "/etc/kubus/odd.yaml": "nodee: pi-1\n",
  "/etc/kubus/bad.yaml": "a: [1\n",
};
const readText = (path: string) => {
  const text = files[path];
  return text === undefined ? Promise.reject(new Error("ENOENT")) : Promise.resolve(text);
};
const read = (rows: readonly ConfigRow[], flags: Readonly<Record<string, unknown>>) =>
  readSettings({ rows, flags, workingDir: "/work", readText });

test("an agent's file becomes its configuration; paths are relative to the file, flags win", async () => {
  const settings = await read(agentRows, { config: "/etc/kubus/agent.yaml", node: "pi-9" });
  const config = agentConfig(settings, "1.2.3");
  assert.deepEqual(config.bus, { servers: ["tls://a:4222"], ca: files["/etc/kubus/ca.crt"], seed: "SUSEED" });
  assert.deepEqual(
    [config.node, config.labels, config.udpPort, config.version],
    ["pi-9", { zone: "attic" }, 6445, "1.2.3"],
  );
  assert.equal("link" in config, false);
  assert.equal("beatVia" in config, false);
});

test("beats may go by way of a relay", async () => {
  const via = async (place: string) =>
    agentConfig(await read(agentRows, { config: "/etc/kubus/agent.yaml", "beat-via": place }), "1").beatVia;
  assert.deepEqual(await via("127.0.0.1:4000"), { host: "127.0.0.1", port: 4000 });
  for (const wrong of ["127.0.0.1", ":4000", "a:70000", "a:b"])
    await assert.rejects(via(wrong), /"beatVia" must be HOST:PORT/);
});

test("each value tells its source, and secrets are not shown", async () => {
  const lines = printable(await read(agentRows, { config: "/etc/kubus/agent.yaml", node: "pi-9" }));
  assert.ok(lines.includes('node: "pi-9"  # flag'));
  assert.ok(lines.includes('address: "10.0.0.2"  # file'));
  assert.ok(lines.includes("udpPort: 6445  # default"));
  assert.equal(
    lines.some((line) => line.includes("SUSEED")),
    false,
  );
});

test("unknown keys, missing values, wrong values and unreadable files are refused by name", async () => {
  const config = "/etc/kubus/agent.yaml";
  await assert.rejects(read(agentRows, { config: "/etc/kubus/odd.yaml" }), /"nodee" is no key that is known/);
  await assert.rejects(read(agentRows, { config: "/etc/kubus/bad.yaml" }), /is not YAML/);
  await assert.rejects(read(agentRows, { config: "/none.yaml" }), /cannot be read/);
  await assert.rejects(read(agentRows, {}), /"node" is not set.*--node/);
  await assert.rejects(
    read(agentRows, { config, "udp-port": "70000" }),
    /"udpPort" must be a number from 0 to 65535/,
  );
  await assert.rejects(read(agentRows, { config, runtime: "docker" }), /one of process, plain/);
  await assert.rejects(
    read(agentRows, { config, "bus-ca-file": "/none" }),
    /"bus.caFile": \/none cannot be read/,
  );
  await assert.rejects(read(agentRows, { config, labels: "zone" }), /"zone" is no NAME=VALUE/);
});

test("a server's flags alone are enough", async () => {
  const flags = Object.fromEntries(
    serverRows.map(({ flag, kind }) => [flag, kind === "file" ? "/etc/kubus/seed" : undefined]),
  );
  const settings = await read(serverRows, {
    ...flags,
    name: "server-1",
    "bus-servers": ["tls://a:1", "tls://b:2"],
    address: "10.0.0.1",
  });
  const config = serverConfig(settings, "1.2.3");
  assert.deepEqual(
    [config.name, config.bus.servers, config.api.port, config.failover, config.legacyApis],
    ["server-1", ["tls://a:1", "tls://b:2"], 6443, "balanced", "hidden"],
  );
});

test("a server is told which controllers and parts work, and refuses names that there are not", async () => {
  const files = Object.fromEntries(
    serverRows.map(({ flag, kind }) => [flag, kind === "file" ? "/etc/kubus/seed" : undefined]),
  );
  const known = { ...files, name: "server-1", "bus-servers": ["tls://a:1"], address: "10.0.0.1" };
  const told = async (flags: Readonly<Record<string, unknown>>) =>
    serverConfig(await read(serverRows, { ...known, ...flags }), "1").switches;
  assert.deepEqual(await told({}), { controllers: ["*"], disabled: [] });
  assert.deepEqual(await told({ controllers: ["*,-deployment"], disable: ["scheduler"] }), {
    controllers: ["*", "-deployment"],
    disabled: ["scheduler"],
  });
  await assert.rejects(told({ controllers: ["*,-deploy"] }), /"-deploy" is no controller. There are: \*, /);
  await assert.rejects(told({ disable: ["dns"] }), /"dns" cannot be disabled. What can be: scheduler, /);
});
