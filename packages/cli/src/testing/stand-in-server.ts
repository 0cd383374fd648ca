/**
 * A control plane for tests of the world around it: TLS, certificates, /readyz, and nodes as their hellos come in.
 *
 * A real process on real sockets; only what a control plane decides is missing.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { natsBus } from "@kubus/shared/adapters/nats-bus.ts";
import { nodeOf, subjectOf } from "@kubus/shared/bus/subjects.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { parse } from "yaml";

interface Config {
  readonly bus: { readonly servers: readonly string[]; readonly caFile: string; readonly seedFile: string };
  readonly api: {
    readonly host: string;
    readonly port: number;
    readonly certificateFile: string;
    readonly keyFile: string;
  };
  readonly clientCaFile: string;
  readonly podCidr: string;
}

const text = (path: string) => readFileSync(path, "utf8");
const config = parse(text(process.argv[process.argv.indexOf("--config") + 1] ?? "")) as Config;
const heard = new Map<string, { readonly address: string; at: number }>();
const silenceMs = 600;

const bus = natsBus({
  name: "stand-in server",
  servers: config.bus.servers,
  ca: text(config.bus.caFile),
  seed: text(config.bus.seedFile).trim(),
  log: silentLog,
});
bus.subscribe(subjectOf("hello", "*"), ({ subject, payload }) => {
  const { address } = JSON.parse(new TextDecoder().decode(payload)) as { readonly address: string };
  heard.set(nodeOf(subject), { address, at: Date.now() });
});

const nodes = () =>
  [...heard].map(([name, { address, at }], i) => ({
    metadata: { name },
    spec: { podCIDR: config.podCidr.replace(".0.0/16", `.${i + 1}.0/24`) },
    status: {
      conditions: [{ type: "Ready", status: Date.now() - at < silenceMs ? "True" : "Unknown" }],
      addresses: [{ type: "InternalIP", address }],
    },
  }));

createServer(
  {
    cert: text(config.api.certificateFile),
    key: text(config.api.keyFile),
    ca: text(config.clientCaFile),
    requestCert: true,
    rejectUnauthorized: true,
  },
  (request, response) => {
    const url = request.url ?? "";
    if (url === "/readyz") return response.writeHead(bus.state() === "connected" ? 200 : 503).end();
    if (request.method === "DELETE") {
      heard.delete(url.split("/").at(-1) ?? "");
      return response.writeHead(200).end("{}");
    }
    if (!url.includes("watch="))
      return response.end(JSON.stringify({ metadata: { resourceVersion: "1" }, items: nodes() }));
    const timer = setInterval(() => {
      for (const object of nodes()) response.write(`${JSON.stringify({ type: "MODIFIED", object })}\n`);
    }, 50);
    return response.on("close", () => clearInterval(timer));
  },
).listen(config.api.port, config.api.host);
