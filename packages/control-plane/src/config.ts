/** What a control plane must be told. Parsed once by `kubus server`, passed down as a plain object. */
import type { LegacyApis } from "./kinds/legacy/index.ts";
import type { Weights } from "./switches/score-weights.ts";
import type { Switches } from "./switches/switches.ts";

export interface ServerConfig {
  /** `server-1`. */
  readonly name: string;
  readonly version: string;
  readonly stateDir: string;
  readonly bus: { readonly servers: readonly string[]; readonly ca: string; readonly seed: string };
  readonly api: {
    readonly host: string;
    readonly port: number;
    readonly certificate: string;
    readonly key: string;
  };
  /** The cluster's CA: verifies client certificates. */
  readonly clientCa: string;
  /** Its key, as PEM: signs certificates that were approved. */
  readonly clientCaKey?: string;
  /** Signs service account tokens; the same key on all servers. PEM. */
  readonly serviceAccount?: { readonly key: string; readonly issuer: string };
  /** This server's address on the boards' network; beats by UDP arrive there. */
  readonly address: string;
  readonly udpPort: number;
  /** Pod addresses: one /24 of it for each board. */
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly failover: "fast" | "balanced" | "patient";
  /** Groups and versions that Kubernetes does not serve any more. */
  readonly legacyApis: LegacyApis;
  /** Controllers and parts that work here; the server that leads goes by its own. */
  readonly switches: Switches;
  /** What the scheduler's scores weigh, by name, where that differs from the table of scores. */
  readonly schedulerScores: Weights;
  /** Derives the boards' beat keys. Hex, 32 bytes, the same on all servers. */
  readonly clusterSecret: string;
  /** A folder that every board sees, for volumes of the class `shared`. */
  readonly sharedFolder?: string;
  /** The interface that leads to the boards: no verdicts while it has no carrier. */
  readonly link?: string;
}
