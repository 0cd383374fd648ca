/** THE table of programs that kubus runs: who needs them and which Debian package has them. */
export interface ToolRow {
  readonly debianPackage: string;
  /** `newest`: one static file, so the next release's package serves too. `release`: with its libraries. */
  readonly from: "newest" | "release";
  /** `root`: only where boards are namespaces. */
  readonly for: "all" | "root" | "people";
  readonly meaning: string;
}

export const tools = {
  "nats-server": { debianPackage: "nats-server", from: "newest", for: "all", meaning: "the message bus" },
  ip: { debianPackage: "iproute2", from: "release", for: "root", meaning: "cables and addresses" },
  bridge: { debianPackage: "iproute2", from: "release", for: "root", meaning: "silent cable cuts" },
  nft: { debianPackage: "nftables", from: "release", for: "root", meaning: "services on boards" },
  nsenter: { debianPackage: "util-linux", from: "release", for: "root", meaning: "boards and pods" },
  unshare: { debianPackage: "util-linux", from: "release", for: "root", meaning: "pods' namespaces" },
  setpriv: { debianPackage: "util-linux", from: "release", for: "root", meaning: "pods' users" },
  kubectl: {
    debianPackage: "kubectl",
    from: "newest",
    for: "people",
    meaning: "the command line of Kubernetes",
  },
} as const satisfies Record<string, ToolRow>;

export type ToolName = keyof typeof tools;

export const toolNames = Object.keys(tools) as readonly ToolName[];
