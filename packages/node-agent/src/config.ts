/** What an agent must be told. Parsed once by `kubus agent`, passed down as a plain object. */
export interface AgentConfig {
  readonly node: string;
  readonly version: string;
  /** Survives reboots: pods' records, logs. */
  readonly stateDir: string;
  /** On tmpfs, gone after a reboot: namespaces, sockets, shims. */
  readonly runDir: string;
  readonly bus: {
    /** `tls://host:port`. */
    readonly servers: readonly string[];
    /** PEM of the cluster's CA. */
    readonly ca: string;
    /** The nkey seed of this board's user. */
    readonly seed: string;
  };
  /** The board's address on the cluster's network. */
  readonly address: string;
  readonly udpPort: number;
  /** Where beats go by UDP instead of to the servers that the hello's answer names: a cable that is a relay. */
  readonly beatVia?: { readonly host: string; readonly port: number };
  /** The interface that leads to the other boards; link changes there are watched. */
  readonly link?: string;
  /** A cgroup (relative to the hierarchy's root) that is this board: pods go below it, its limits are the capacity. */
  readonly cgroupParent: string;
  /** A share of the machine when several boards live on one: capacity is divided by it. */
  readonly machineShare: number;
  /** Where heat, power and frequencies are read: /sys, or a folder that looks like it. */
  readonly sysfsRoot: string;
  readonly runtime: "process" | "plain";
  readonly labels: Readonly<Record<string, string>>;
  /** Folders of this machine that no container may see, beside its secrets and the two above. */
  readonly hiddenDirs?: readonly string[];
  /** A folder that other boards see at the same place: for volumes that any board may mount. */
  readonly sharedFolder?: string;
  /** Addresses that pods use for names. */
  readonly nameservers: readonly string[];
}
