/**
 * The cluster's credentials on disk: made when missing or about to end, kept otherwise. All files are 0600.
 */
import { createUser, fromSeed } from "@nats-io/nkeys";
import { randomBytes } from "node:crypto";
import { readIfThere, writeWhole } from "../adapters/files.ts";
import { usersConf, withUser, withoutUser, type BusUser } from "./bus-conf.ts";
import type { Layout } from "./layout.ts";
import {
  issue,
  makeAuthority,
  makeSigningKey,
  stillServes,
  type CertificateRequest,
  type KeyPair,
} from "./pki.ts";

export interface Credentials {
  readonly authority: KeyPair;
  /** Issues and writes the certificate `name`, or keeps the one that is there. */
  certificate(name: string, request: CertificateRequest): Promise<KeyPair>;
}

/** The admin of the cluster, as kubeadm names it. */
export const adminRequest: CertificateRequest = {
  commonName: "kubernetes-admin",
  organization: "system:masters",
  use: "client",
};

/**
 * The bus' own. Clients that reach it by an address check for `localhost`: Node knows no other name for a socket
 * that was open before TLS began.
 */
export const busCertificate = (addresses: readonly string[]): CertificateRequest => ({
  commonName: "kubus-bus",
  use: "server",
  names: ["localhost", ...addresses],
});

/** An API server's own: every name under which it is asked. */
export const apiCertificate = (name: string, addresses: readonly string[]): CertificateRequest => ({
  commonName: name,
  use: "server",
  names: [
    "localhost",
    "127.0.0.1",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    ...addresses.filter((address) => address !== "127.0.0.1"),
  ],
});

export async function openCredentials(layout: Layout, now: number): Promise<Credentials> {
  const authority = (await readPair(layout, "ca")) ?? (await makeAuthority(now));
  await writePair(layout, "ca", authority);
  if ((await readIfThere(layout.clusterSecret)) === undefined)
    await writeWhole(layout.clusterSecret, randomBytes(32).toString("hex"));
  if ((await readIfThere(layout.serviceAccountKey)) === undefined)
    await writeWhole(layout.serviceAccountKey, await makeSigningKey());
  return {
    authority,
    certificate: async (name, request) => {
      const found = await readPair(layout, name);
      if (found !== undefined && (await stillServes(authority, found.certificate, request, now)))
        return found;
      const made = await issue(authority, request, now);
      await writePair(layout, name, made);
      return made;
    },
  };
}

async function readPair(layout: Layout, name: string): Promise<KeyPair | undefined> {
  const [certificate, key] = await Promise.all([
    readIfThere(layout.certificate(name)),
    readIfThere(layout.key(name)),
  ]);
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

async function writePair(layout: Layout, name: string, pair: KeyPair): Promise<void> {
  // The key first: a certificate without its key would be kept for ever, a key alone is made anew.
  await writeWhole(layout.key(name), pair.key);
  await writeWhole(layout.certificate(name), pair.certificate);
}

/** Makes the seed of a bus user where it is used, or finds it. Returns the public key. */
export async function ensureSeed(path: string): Promise<string> {
  const found = await readIfThere(path);
  if (found !== undefined) return fromSeed(new TextEncoder().encode(found.trim())).getPublicKey();
  const user = createUser();
  await writeWhole(path, new TextDecoder().decode(user.getSeed()));
  return user.getPublicKey();
}

export async function busUsers(layout: Layout): Promise<readonly BusUser[]> {
  return JSON.parse((await readIfThere(layout.busUsers)) ?? "[]") as readonly BusUser[];
}

/** Writes the users; a bus that runs must be told by SIGHUP. */
export async function saveBusUsers(layout: Layout, users: readonly BusUser[]): Promise<void> {
  await writeWhole(layout.busUsers, `${JSON.stringify(users, undefined, 2)}\n`);
  await writeWhole(layout.busUsersConf, usersConf(users));
}

export const addBusUser = async (layout: Layout, user: BusUser): Promise<void> =>
  saveBusUsers(layout, withUser(await busUsers(layout), user));

export const removeBusUser = async (layout: Layout, gone: Omit<BusUser, "key">): Promise<void> =>
  saveBusUsers(layout, withoutUser(await busUsers(layout), gone));
