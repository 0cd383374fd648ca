/** The bus as configured, asked by real clients: what an agent may, and what not. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { connect as connectSocket } from "node:net";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, nkeyAuthenticator, type NatsConnection } from "@nats-io/transport-node";
import { findTool } from "@kubus/shared/testing/tools.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { writeWhole } from "../adapters/files.ts";
import { freePort } from "../adapters/ports.ts";
import { natsConf, syncsEachWrite, withoutUser, withUser, type BusUser } from "./bus-conf.ts";
import { addBusUser, busCertificate, ensureSeed, openCredentials, removeBusUser } from "./credentials.ts";
import { layoutOf, type Layout } from "./layout.ts";

test("each write is synced where the bus can do it", () => {
  assert.deepEqual(["2.9.10", "2.10.27", "2.15.1", "3.0.0"].map(syncsEachWrite), [false, true, true, true]);
});

test("a name has one key", () => {
  const first: BusUser = { role: "agent", name: "board-1", key: "U1" };
  const second: BusUser = { ...first, key: "U2" };
  assert.deepEqual(withUser([first], second), [second]);
  assert.deepEqual(withoutUser([first], { role: "server", name: "board-1" }), [first]);
});

const program = findTool("nats-server");

suite("the bus", { skip: program === undefined ? "no nats-server on this machine" : false }, () => {
  let layout: Layout;
  let bus: ChildProcess;
  let url: string;

  before(async () => {
    layout = layoutOf(await mkdtemp(join(tmpdir(), `kubus-bus-${process.pid}-`)));
    const credentials = await openCredentials(layout, Date.now());
    await credentials.certificate("bus", busCertificate(["127.0.0.1"]));
    const port = await freePort("127.0.0.1");
    url = `tls://127.0.0.1:${port}`;
    const files = { certificateFile: layout.certificate("bus"), keyFile: layout.key("bus") };
    const conf = {
      name: "bus",
      host: "127.0.0.1",
      port,
      storeDir: layout.busStore,
      pidFile: layout.busPid,
      version: "2.10.27",
      ...files,
    };
    await writeWhole(layout.busConf, natsConf(conf));
    await addUser("server", "server-1");
    await addUser("agent", "board-1");
    await addUser("agent", "board-2");
    bus = spawn(program ?? "", ["-c", layout.busConf], { stdio: "ignore" });
    await until("the bus to listen", () => canConnect(port));
  });

  after(async () => {
    bus.kill("SIGKILL");
    await once(bus, "exit");
    await rm(layout.dir, { recursive: true, force: true });
  });

  const seedPath = (name: string) => join(layout.dir, "seeds", name);
  const addUser = async (role: BusUser["role"], name: string) =>
    addBusUser(layout, { role, name, key: await ensureSeed(seedPath(name)) });
  const enter = async (name: string, inboxPrefix = "_INBOX"): Promise<NatsConnection> =>
    connect({
      servers: url,
      inboxPrefix,
      reconnect: false,
      tls: { ca: await readFile(layout.certificate("ca"), "utf8") },
      authenticator: nkeyAuthenticator(new TextEncoder().encode(await readFile(seedPath(name), "utf8"))),
    });
  const refusals = (connection: NatsConnection) => {
    const seen: string[] = [];
    void (async () => {
      for await (const status of connection.status())
        if (status.type === "error") seen.push(String(status.error));
    })();
    return seen;
  };

  test("a server asks an agent, the agent answers, and the agent asks a server", async () => {
    const [server, agent] = [await enter("server-1"), await enter("board-1", "_INBOX_board-1")];
    agent.subscribe("kubus.node.board-1.pod-log", { callback: (_, message) => void message.respond("log") });
    server.subscribe("kubus.node.*.api", { callback: (_, message) => void message.respond("api") });
    await Promise.all([server.flush(), agent.flush()]);
    assert.equal((await server.request("kubus.node.board-1.pod-log")).string(), "log");
    assert.equal((await agent.request("kubus.node.board-1.api")).string(), "api");
    await Promise.all([server.close(), agent.close()]);
  });

  test("an agent speaks for nobody else, hears nobody else, and never sees JetStream", async () => {
    const agent = await enter("board-1", "_INBOX_board-1");
    const seen = refusals(agent);
    agent.publish("kubus.node.board-2.beat");
    agent.publish("$JS.API.STREAM.LIST");
    agent.subscribe("kubus.node.board-2.>", { callback: () => undefined });
    agent.subscribe("_INBOX_board-2.>", { callback: () => undefined });
    agent.subscribe(">", { callback: () => undefined });
    await agent.flush();
    await until("five refusals", () => seen.length === 5);
    await agent.close();
  });

  test("a server has the store", async () => {
    const server = await enter("server-1");
    assert.ok((await (await jetstreamManager(server)).getAccountInfo()).storage >= 0);
    await server.close();
  });

  test("a user that was removed is thrown out by SIGHUP, one that was added is let in", async () => {
    const gone = await enter("board-2", "_INBOX_board-2");
    const closed = gone.closed();
    await removeBusUser(layout, { role: "agent", name: "board-2" });
    await addUser("agent", "board-3");
    bus.kill("SIGHUP");
    await closed;
    await assert.rejects(enter("board-2", "_INBOX_board-2"));
    const added = await until("board-3 to be let in", () => enter("board-3").catch(() => undefined));
    await added.close();
  });
});

const canConnect = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connectSocket(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
