import assert from "node:assert/strict";
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer, type Server, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { anAuthority } from "../http/testing/certificates.ts";
import { makeHttpsCaller, webhookLimits } from "./https-caller.ts";

const authority = await anAuthority("webhooks");
const stranger = await anAuthority("stranger");
const pair = await authority.issue({ name: "localhost" });
const caller = makeHttpsCaller();
const servers: Server[] = [];
after(() => {
  caller.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function aServer(listener: RequestListener, options: ServerOptions = {}): Promise<number> {
  const server = createServer({ cert: pair.certificate, key: pair.key, ...options }, listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

const body = new TextEncoder().encode('{"hello":"world"}');
const callTo = (port: number, more: object = {}) =>
  caller.call({
    url: `https://localhost:${port}/check?timeout=10s`,
    address: { host: "127.0.0.1", port },
    caBundle: authority.certificate,
    body,
    timeoutMs: 5_000,
    ...more,
  });

test("posts a body and gets one, on one connection", async () => {
  const seen: unknown[] = [];
  let connections = 0;
  const port = await aServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      seen.push([
        request.method,
        request.url,
        request.headers["content-type"],
        Buffer.concat(chunks).toString(),
      ]);
      response.statusCode = 201;
      response.end("good");
    });
  });
  servers.at(-1)?.on("secureConnection", () => (connections += 1));
  for (let i = 0; i < 3; i += 1) {
    const answer = await callTo(port);
    assert.deepEqual([answer.status, new TextDecoder().decode(answer.body)], [201, "good"]);
  }
  assert.deepEqual(seen[0], ["POST", "/check?timeout=10s", "application/json", '{"hello":"world"}']);
  assert.equal(connections, 1);
});

test("trusts nobody but the bundle, and only under the right name", async () => {
  const port = await aServer((_, response) => response.end());
  await assert.rejects(
    callTo(port, { caBundle: stranger.certificate }),
    /^Error: tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
  );
  await assert.rejects(callTo(port, { caBundle: undefined }), /signed by unknown authority/);
  await assert.rejects(
    callTo(port, { serverName: "checker.default.svc" }),
    /^Error: tls: failed to verify certificate: x509: certificate is not valid for checker\.default\.svc/,
  );
});

test("says who does not answer", async () => {
  const port = await aServer(() => undefined);
  await assert.rejects(callTo(port, { timeoutMs: 50 }), /^Error: context deadline exceeded$/);
  const closed = await aServer(() => undefined);
  servers.pop()?.close();
  await assert.rejects(
    callTo(closed, { timeoutMs: 5_000 }),
    new RegExp(`^Error: dial tcp 127\\.0\\.0\\.1:${closed}: connect: connection refused$`),
  );
});

test("does not read without end", async () => {
  const port = await aServer((_, response) => {
    response.end(Buffer.alloc(webhookLimits.answerBytesMax + 1));
  });
  await assert.rejects(callTo(port), /the answer is larger than/);
});
