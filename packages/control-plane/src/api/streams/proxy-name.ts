/** How proxies name what they lead to: `name`, `name:port`, `scheme:name:port`. Pure. */
import { badRequest } from "../refusals.ts";

export interface ProxyName {
  readonly scheme: "http" | "https";
  readonly name: string;
  /** A number or a name; empty when none was given. */
  readonly port: string;
}

export function proxyNameOf(text: string, what: "pod" | "service" | "node"): ProxyName {
  const parts = text.split(":");
  const [scheme = "", name = "", port = ""] = parts.length > 2 ? parts : ["", ...parts];
  const isKnown = scheme === "" || scheme === "http" || scheme === "https";
  if (name === "" || parts.length > 3 || !isKnown)
    throw badRequest(`invalid ${what} request ${JSON.stringify(text)}`);
  return { scheme: scheme === "https" ? "https" : "http", name, port };
}
