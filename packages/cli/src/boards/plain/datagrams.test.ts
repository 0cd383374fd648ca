/** A board's datagrams over a real relay, between sockets that play the agent and a server. */
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { relayDatagrams } from "./datagrams.ts";

const host = "127.0.0.1";

async function aSocket(port = 0) {
  const socket = createSocket("udp4").bind(port, host);
  await once(socket, "listening");
  const heard: string[] = [];
  let from = 0;
  socket.on("message", (bytes, { port }) => {
    heard.push(bytes.toString());
    from = port;
  });
  return { socket, heard, port: socket.address().port, from: () => from };
}

const close = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.close(() => resolve());
  });

async function aCable(t: TestContext) {
  const [agent, server] = [await aSocket(), await aSocket()];
  const relay = await relayDatagrams({ agentPort: agent.port, servers: () => [{ host, port: server.port }] });
  t.after(() => {
    relay.close();
    server.socket.close();
  });
  const beat = (text: string) => {
    agent.socket.send(text, relay.port, host);
  };
  beat("first");
  await until("the first beat", () => server.heard.includes("first"));
  return {
    agent,
    server,
    relay,
    beat,
    probe: (text: string) => server.socket.send(text, server.from(), host),
  };
}

/** Whether somebody listens on a port, as a detector asks. */
async function isRefused(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  let refused = false;
  const isRefusal = (error: NodeJS.ErrnoException | null) => error?.code === "ECONNREFUSED";
  socket.on("error", (error) => (refused ||= isRefusal(error)));
  socket.connect(port, host);
  await once(socket, "connect");
  const ask = () =>
    new Promise<void>((resolve) => {
      socket.send("?", (error) => {
        refused ||= isRefusal(error);
        resolve();
      });
    });
  // Loopback refuses the first at once; the second, or the socket itself, is told.
  await ask();
  await ask();
  await close(socket);
  return refused;
}

/** Resolves when what these sockets have sent so far has been read: a second round begins after the first was read. */
async function overtaken(sockets: readonly Socket[]): Promise<void> {
  const witness = await aSocket();
  for (const round of ["first", "second"]) {
    for (const socket of sockets) socket.send(round, witness.port, host);
    await until(`the ${round} round`, () => witness.heard.filter((each) => each === round).length === 2);
  }
  await close(witness.socket);
}

for (const state of ["pulled", "silent"] as const)
  test(`what is sent while the cable is ${state} is lost, in both directions`, async (t) => {
    const { agent, server, relay, beat, probe } = await aCable(t);
    t.after(() => agent.socket.close());
    probe("one");
    await until("the first probe", () => agent.heard.includes("one"));
    relay.set(state);
    beat("lost");
    probe("lost");
    assert.equal(await isRefused(server.from()), false, "a cut cable does not answer");
    await overtaken([agent.socket, server.socket]);
    relay.set("plugged");
    await until("both to be heard again", () => {
      beat("back");
      probe("back");
      return server.heard.includes("back") && agent.heard.includes("back");
    });
    assert.equal([...server.heard, ...agent.heard].includes("lost"), false);
  });

test("where no agent listens datagrams are refused, until one is back", async (t) => {
  const { agent, server, relay, probe } = await aCable(t);
  const { port } = agent;
  await close(agent.socket);
  await until("a refusal", () => {
    probe("anybody?");
    return isRefused(server.from());
  });
  relay.set("pulled");
  await until("silence", async () => !(await isRefused(server.from())));
  relay.set("plugged");
  const next = await aSocket(port);
  t.after(() => next.socket.close());
  await until("the next agent to be heard", () => {
    next.socket.send("second", relay.port, host);
    return server.heard.includes("second");
  });
  probe("two");
  await until("a probe", () => next.heard.includes("two"));
});
