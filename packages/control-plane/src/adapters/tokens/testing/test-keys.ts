/** A service account key for tests: new in each process. */
import { generateKeyPairSync } from "node:crypto";
import { tokenKeys } from "../token-keys.ts";

const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});

export const testIssuer = "https://kubernetes.default.svc.cluster.local";

export const testTokenKeys = () => tokenKeys({ key: String(pem), issuer: testIssuer });
