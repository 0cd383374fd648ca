import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { networkChecks } from "./checks.ts";

const never = new AbortController().signal;

test("asks over real sockets: well, unwell, and nobody there", async () => {
  const server = createServer((request, response) => {
    const { url = "" } = request;
    if (url === "/hang") return;
    response.writeHead(url === "/well" && request.headers["x-probe"] === "yes" ? 302 : 500).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const target = { scheme: "http", host: "127.0.0.1", port, headers: { "x-probe": "yes" } } as const;
  try {
    await networkChecks.tcp(target, never);
    await networkChecks.http({ ...target, path: "/well" }, never);
    await assert.rejects(networkChecks.http({ ...target, path: "/other" }, never), /statuscode: 500/);
    await assert.rejects(networkChecks.http({ ...target, path: "/hang" }, AbortSignal.timeout(50)));
  } finally {
    server.closeAllConnections();
    server.close();
  }
  await once(server, "close");
  await assert.rejects(networkChecks.tcp(target, never), /ECONNREFUSED/);
});
