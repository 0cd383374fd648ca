/** What kubectl needs to reach the cluster as its admin. Pure. */
import { stringify } from "yaml";
import type { KeyPair } from "./pki.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

export function kubeconfigText(options: {
  readonly server: string;
  readonly authority: string;
  readonly admin: KeyPair;
}): string {
  const { server, authority, admin } = options;
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "kubus", cluster: { server, "certificate-authority-data": base64(authority) } }],
    users: [
      {
        name: "kubernetes-admin",
        user: { "client-certificate-data": base64(admin.certificate), "client-key-data": base64(admin.key) },
      },
    ],
    contexts: [{ name: "kubus", context: { cluster: "kubus", user: "kubernetes-admin" } }],
    "current-context": "kubus",
  });
}
