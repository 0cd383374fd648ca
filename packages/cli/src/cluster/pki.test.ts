/** Certificates that real TLS accepts, and only where they should be. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { connect, createServer, type TLSSocket } from "node:tls";
import { issue, makeAuthority, stillServes, type CertificateRequest, type KeyPair } from "./pki.ts";

const now = Date.now();
const server: CertificateRequest = { commonName: "api", use: "server", names: ["127.0.0.1", "localhost"] };
const admin: CertificateRequest = {
  commonName: "kubernetes-admin",
  organization: "system:masters",
  use: "client",
};

/** Shakes hands on loopback; resolves to the client's name as the server saw it. */
async function shakeHands(
  authority: KeyPair,
  own: KeyPair,
  client: KeyPair,
  servername: string,
): Promise<string> {
  const listener = createServer({
    cert: own.certificate,
    key: own.key,
    ca: authority.certificate,
    requestCert: true,
  });
  listener.on("tlsClientError", () => undefined);
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  try {
    const seen = once(listener, "secureConnection") as Promise<[TLSSocket]>;
    const { certificate: cert, key } = client;
    const socket = connect({ port, host: "127.0.0.1", servername, ca: authority.certificate, cert, key });
    const [[peer]] = await Promise.all([seen, once(socket, "secureConnect")]);
    const { subject } = peer.getPeerCertificate();
    socket.destroy();
    return `${String(subject.CN)} of ${String(subject.O)}`;
  } finally {
    listener.close();
  }
}

test("an issued server and an issued client trust each other", async () => {
  const authority = await makeAuthority(now);
  const [api, client] = [await issue(authority, server, now), await issue(authority, admin, now)];
  assert.equal(await shakeHands(authority, api, client, "localhost"), "kubernetes-admin of system:masters");
});

test("a certificate is not accepted for a name it does not hold, nor from another authority", async () => {
  const [authority, foreign] = [await makeAuthority(now), await makeAuthority(now)];
  const [api, client] = [await issue(authority, server, now), await issue(authority, admin, now)];
  await assert.rejects(shakeHands(authority, api, client, "elsewhere.example"), {
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  });
  await assert.rejects(shakeHands(foreign, api, client, "localhost"));
});

test("a certificate serves until its names change, it nears its end, or the authority is another", async () => {
  const authority = await makeAuthority(now);
  const { certificate } = await issue(authority, server, now);
  const days = (count: number) => count * 24 * 60 * 60 * 1_000;
  assert.equal(await stillServes(authority, certificate, server, now), true);
  assert.equal(await stillServes(authority, certificate, { ...server, names: ["127.0.0.1"] }, now), false);
  assert.equal(await stillServes(authority, certificate, server, now + days(334)), true);
  assert.equal(await stillServes(authority, certificate, server, now + days(336)), false);
  assert.equal(await stillServes(await makeAuthority(now), certificate, server, now), false);
});
