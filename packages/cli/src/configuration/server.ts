/** THE table of what `kubus server` must be told, and how it becomes a `ServerConfig`. */
import type { ServerConfig } from "@kubus/control-plane/config.ts";
import { readWeights } from "@kubus/control-plane/switches/score-weights.ts";
import { parts, readSwitches } from "@kubus/control-plane/switches/switches.ts";
import { Complaint } from "../command/command.ts";
import type { ConfigRow, Settings } from "./table.ts";

export const serverRows: readonly ConfigRow[] = [
  { key: "name", flag: "name", kind: "text", meaning: "This server's name, such as server-1." },
  {
    key: "stateDir",
    flag: "state-dir",
    kind: "path",
    default: "/var/lib/kubus/server",
    meaning: "What this server remembers beside the store.",
  },
  { key: "bus.servers", flag: "bus-servers", kind: "list", meaning: "The bus: tls://host:port, ..." },
  { key: "bus.caFile", flag: "bus-ca-file", kind: "file", meaning: "PEM of the CA that signed the bus." },
  {
    key: "bus.seedFile",
    flag: "bus-seed-file",
    kind: "file",
    secret: true,
    meaning: "The nkey seed of this server's user on the bus.",
  },
  { key: "api.host", flag: "api-host", kind: "text", default: "0.0.0.0", meaning: "Where the API listens." },
  {
    key: "api.port",
    flag: "api-port",
    kind: "number",
    default: 6443,
    most: 65_535,
    meaning: "The API's port; 0: any free one.",
  },
  {
    key: "api.certificateFile",
    flag: "api-certificate-file",
    kind: "file",
    meaning: "PEM of the API's certificate.",
  },
  { key: "api.keyFile", flag: "api-key-file", kind: "file", secret: true, meaning: "PEM of its key." },
  {
    key: "clientCaFile",
    flag: "client-ca-file",
    kind: "file",
    meaning: "PEM of the CA whose client certificates are let in.",
  },
  {
    key: "clientCaKeyFile",
    flag: "client-ca-key-file",
    kind: "file",
    optional: true,
    secret: true,
    meaning: "PEM of that CA's key: signs certificates that were approved. Without it none is signed.",
  },
  {
    key: "serviceAccount.keyFile",
    flag: "service-account-key-file",
    kind: "file",
    optional: true,
    secret: true,
    meaning:
      "PEM of the key (EC P-256 or RSA) that service account tokens are signed with, the same on all servers. Without it there are no such tokens.",
  },
  {
    key: "serviceAccount.issuer",
    flag: "service-account-issuer",
    kind: "text",
    default: "https://kubernetes.default.svc.cluster.local",
    meaning: "Who stands as the issuer in service account tokens.",
  },
  { key: "address", flag: "address", kind: "text", meaning: "This server's address on the boards' network." },
  {
    key: "udpPort",
    flag: "udp-port",
    kind: "number",
    default: 6444,
    most: 65_535,
    meaning: "Where beats arrive by UDP.",
  },
  {
    key: "podCidr",
    flag: "pod-cidr",
    kind: "text",
    default: "10.244.0.0/16",
    meaning: "Pod addresses: a /24 of it for each board.",
  },
  {
    key: "serviceCidr",
    flag: "service-cidr",
    kind: "text",
    default: "10.96.0.0/16",
    meaning: "Addresses of services.",
  },
  {
    key: "failover",
    flag: "failover",
    kind: "text",
    default: "balanced",
    choices: ["fast", "balanced", "patient"],
    meaning: "How soon a silent board is given up.",
  },
  {
    key: "legacyApis",
    flag: "legacy-apis",
    kind: "text",
    default: "hidden",
    choices: ["announced", "hidden", "refused"],
    meaning:
      "Groups and versions that Kubernetes dropped, such as extensions/v1beta1: listed, served unlisted, or not served.",
  },
  {
    key: "controllers",
    flag: "controllers",
    kind: "list",
    default: "*",
    meaning:
      "Controllers that run while this server leads: * for all, NAME for that one, -NAME for all but that one. An unknown name is refused with the list of names.",
  },
  {
    key: "disable",
    flag: "disable",
    kind: "list",
    default: "",
    meaning: `Parts that do not work on this server: ${Object.keys(parts).join(", ")}.`,
  },
  {
    key: "schedulerScores",
    flag: "scheduler-scores",
    kind: "list",
    default: "",
    meaning:
      "What matters when pods are placed: -NAME switches a score off, NAME=WEIGHT (0 to 100) says what it weighs. An unknown name is refused with the list of names.",
  },
  {
    key: "clusterSecretFile",
    flag: "cluster-secret-file",
    kind: "file",
    secret: true,
    meaning: "Hex, 32 bytes, the same on all servers: the boards' beat keys are derived from it.",
  },
  {
    key: "sharedFolder",
    flag: "shared-folder",
    kind: "path",
    optional: true,
    meaning: "A folder that every board sees at this place: the storage class shared makes volumes there.",
  },
  {
    key: "link",
    flag: "link",
    kind: "text",
    optional: true,
    meaning: "The interface that leads to the boards: no verdicts while it has no carrier.",
  },
];

export function serverConfig(settings: Settings, version: string): ServerConfig {
  const { text, number, texts, maybe } = settings;
  const link = maybe("link");
  const sharedFolder = maybe("sharedFolder");
  const key = maybe("serviceAccount.keyFile");
  const clientCaKey = maybe("clientCaKeyFile");
  return {
    name: text("name"),
    version,
    stateDir: text("stateDir"),
    bus: { servers: texts("bus.servers"), ca: text("bus.caFile"), seed: text("bus.seedFile") },
    api: {
      host: text("api.host"),
      port: number("api.port"),
      certificate: text("api.certificateFile"),
      key: text("api.keyFile"),
    },
    clientCa: text("clientCaFile"),
    ...(clientCaKey === undefined ? {} : { clientCaKey }),
    ...(key === undefined ? {} : { serviceAccount: { key, issuer: text("serviceAccount.issuer") } }),
    address: text("address"),
    udpPort: number("udpPort"),
    podCidr: text("podCidr"),
    serviceCidr: text("serviceCidr"),
    failover: text("failover") as ServerConfig["failover"],
    legacyApis: text("legacyApis") as ServerConfig["legacyApis"],
    switches: switchesOf(texts("controllers"), texts("disable")),
    schedulerScores: weightsOf(texts("schedulerScores")),
    clusterSecret: text("clusterSecretFile"),
    ...(sharedFolder === undefined ? {} : { sharedFolder }),
    ...(link === undefined ? {} : { link }),
  };
}

/** Throws a `Complaint` that names what there is. For `kubus up`, too, which must not start what would end at once. */
export function switchesOf(
  controllers: readonly string[],
  disable: readonly string[],
): ServerConfig["switches"] {
  const reading = readSwitches({ controllers, disable });
  if ("complaint" in reading) throw new Complaint(reading.complaint);
  return reading.switches;
}

/** Throws a `Complaint` that names what there is, likewise. */
export function weightsOf(words: readonly string[]): ServerConfig["schedulerScores"] {
  const reading = readWeights(words);
  if ("complaint" in reading) throw new Complaint(reading.complaint);
  return reading.weights;
}
