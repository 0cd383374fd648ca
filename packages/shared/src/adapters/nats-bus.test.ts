import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createUser } from "@nats-io/nkeys";
import { channelsOn } from "../bus/bus-channel.ts";
import { busContract } from "../bus/bus.contract.ts";
import type { Channel } from "../bus/channel.ts";
import { Trouble } from "../errors/trouble.ts";
import { silentLog } from "../log/log.ts";
import { natsServerMissing as skip, startNatsServer } from "../testing/nats-server.ts";
import { findTool } from "../testing/tools.ts";
import { until } from "../testing/until.ts";
import { connectNatsBus, natsBus } from "./nats-bus.ts";

busContract(
  "NATS",
  async () => {
    const server = await startNatsServer();
    return {
      connect: (name) => connectNatsBus({ servers: [server.url], name, log: silentLog }),
      breakDown: () => server.kill("SIGKILL"),
      recover: () => server.restart(),
      stop: () => server.stop(),
    };
  },
  skip,
);

const bytes = (text: string) => new TextEncoder().encode(text);

test("is there before the server is, and keeps what was subscribed meanwhile", { skip }, async (t) => {
  const server = await startNatsServer();
  t.after(() => server.stop());
  await server.kill("SIGKILL");
  const bus = natsBus({ servers: [server.url], name: "early", log: silentLog });
  t.after(() => bus.close());
  const heard: string[] = [];
  bus.subscribe("early.x", ({ payload }) => void heard.push(new TextDecoder().decode(payload)));
  assert.equal(bus.state(), "disconnected");
  await server.restart();
  await until("the connection", () => bus.state() === "connected");
  bus.publish("early.x", bytes("hello"));
  await until("the message", () => heard.length === 1);
});

test("gives up connecting when it is told to", { skip }, async () => {
  const signal = AbortSignal.timeout(50);
  const connecting = connectNatsBus({ servers: ["127.0.0.1:1"], name: "vain", log: silentLog, signal });
  await assert.rejects(connecting, (error) => error instanceof Trouble && error.code === "closed");
});

test("notices a server that hangs, even with a full socket, and returns to it", { skip }, async (t) => {
  const server = await startNatsServer();
  t.after(() => server.stop());
  const bus = await connectNatsBus({ servers: [server.url], name: "stuck", log: silentLog });
  t.after(() => bus.close());
  await server.kill("SIGSTOP");
  for (let i = 0; i < 40; i += 1) bus.publish("stuck.x", new Uint8Array(1024 * 1024));
  await until("it to notice", () => bus.state() === "disconnected", 6_000);
  await server.kill("SIGCONT");
  await until("it to return", () => bus.state() === "connected", 8_000);
});

test(
  "trusts only its own CA, and is let in only with its own key",
  { skip: skip || noOpenssl() },
  async (t) => {
    const [own, foreign] = [selfSigned(), selfSigned()];
    const [known, unknown] = [createUser(), createUser()];
    const seedOf = (user: typeof known) => new TextDecoder().decode(user.getSeed());
    const server = await startNatsServer({
      tls: own,
      users: [
        {
          nkey: known.getPublicKey(),
          permissions: { publish: ["mine.>"], subscribe: ["mine.>", "_INBOX_x.>"] },
        },
      ],
    });
    t.after(() => server.stop());
    const options = { servers: [server.url], name: "tls", log: silentLog, inboxPrefix: "_INBOX_x" };

    const bus = await connectNatsBus({ ...options, ca: own.certificate, seed: seedOf(known) });
    t.after(() => bus.close());
    bus.subscribe("mine.echo", (message) => message.respond(message.payload));
    const heard: string[] = [];
    bus.subscribe("other.x", () => void heard.push("x"));
    bus.publish("other.x", bytes("x"));
    bus.subscribe("mine.mute", () => undefined);
    await bus.flush();
    await assert.rejects(
      // It may not publish to the requester's inbox unless that is its own: here it is refused by the server.
      bus.request("mine.mute", bytes("x"), { timeoutMs: 100 }),
      (error) => error instanceof Trouble && error.code === "timeout",
    );
    assert.deepEqual(heard, []);

    for (const wrong of [
      { ca: foreign.certificate, seed: seedOf(known) },
      { ca: own.certificate, seed: seedOf(unknown) },
    ]) {
      const signal = AbortSignal.timeout(700);
      await assert.rejects(connectNatsBus({ ...options, ...wrong, signal }));
    }
  },
);

test(
  "carries channels, which break on both sides with the server and can be opened again",
  { skip },
  async (t) => {
    const server = await startNatsServer();
    t.after(() => server.stop());
    const connectAs = (name: string) => connectNatsBus({ servers: [server.url], name, log: silentLog });
    const [a, b] = [await connectAs("a"), await connectAs("b")];
    t.after(() => Promise.all([a.close(), b.close()]));
    const accepted: Channel[] = [];
    channelsOn(b).accept("board.api-channel", async (_, channel) => {
      accepted.push(channel);
      for await (const chunk of channel.incoming) await channel.write(chunk);
      await channel.end();
    });
    await b.flush();
    const open = () =>
      channelsOn(a).open({
        subject: "board.api-channel",
        prefix: "board.channel",
        opening: bytes(""),
        timeoutMs: 2_000,
      });

    const channel = await open();
    const total = 20 * 1024 * 1024;
    const writing = channel.write(new Uint8Array(total)).then(() => channel.end());
    let echoed = 0;
    for await (const chunk of channel.incoming) echoed += chunk.length;
    await writing;
    assert.deepEqual([echoed, await channel.closed], [total, { how: "ended" }]);

    const broken = await open();
    await server.restart();
    const ends = await Promise.all([broken.closed, accepted[1]?.closed]);
    assert.deepEqual(
      ends.map((end) => end?.how),
      ["broken", "broken"],
    );
    await until("both to return", () => a.state() === "connected" && b.state() === "connected");
    await b.flush();
    await (await open()).end();
  },
);

function noOpenssl(): string | false {
  return findTool("openssl") === undefined ? "no openssl on this machine" : false;
}

function selfSigned(): { readonly certificate: string; readonly key: string } {
  const dir = mkdtempSync(join(tmpdir(), `kubus-tls-${process.pid}-`));
  const [certificate, key] = [join(dir, "crt"), join(dir, "key")];
  const subject = ["-subj", "/CN=bus", "-addext", "subjectAltName=IP:127.0.0.1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  execFileSync(
    "openssl",
    ["req", "-x509", ...curve, ...subject, "-days", "2", "-keyout", key, "-out", certificate],
    {
      stdio: "ignore",
    },
  );
  const pair = { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
  rmSync(dir, { recursive: true });
  return pair;
}
