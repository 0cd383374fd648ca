/** What a container's processes may do: user, capabilities, no new privileges. Pure. */
import { RuntimeRefusal, type ContainerSpec } from "../../ports/runtime.ts";

/** Kubernetes' (that is, containerd's) default set. */
const defaultCapabilities = [
  ...["audit_write", "chown", "dac_override", "fowner", "fsetid", "kill", "mknod", "net_bind_service"],
  ...["net_raw", "setfcap", "setgid", "setpcap", "setuid", "sys_chroot"],
] as const;

/** All that Linux has, by number. */
const allCapabilities: readonly string[] = [
  ...["chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap"],
  ...[
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
  ],
  ...[
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
  ],
  ...[
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
  ],
  ...["mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf"],
  "checkpoint_restore",
];

/** The bounding set, sorted. Throws a RuntimeRefusal for a capability that Linux does not have. */
export function boundingSet({ add, drop }: ContainerSpec["capabilities"]): readonly string[] {
  const [added, dropped] = [add.map(named), drop.map(named)];
  const base = dropped.includes("all") ? [] : defaultCapabilities.filter((name) => !dropped.includes(name));
  return [...new Set([...base, ...(added.includes("all") ? allCapabilities : added)])].sort();
}

function named(capability: string): string {
  const name = capability.toLowerCase().replace(/^cap_/, "");
  if (name === "all" || allCapabilities.includes(name)) return name;
  throw new RuntimeRefusal("CreateContainerError", `unknown capability ${JSON.stringify(capability)}`);
}

type Privileged = Pick<ContainerSpec, "privileged" | "capabilities"> & {
  readonly user: NonNullable<ContainerSpec["user"]>;
};

/** The command that drops privileges; the container's command follows. */
export function dropPrivileges({
  user: { uid, gid, groups = [] },
  privileged,
  capabilities,
}: Privileged): readonly string[] {
  const who = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    groups.length === 0 ? "--clear-groups" : `--groups=${groups.join(",")}`,
  ];
  if (privileged) return ["setpriv", ...who, "--"];
  const bounds = ["-all", ...boundingSet(capabilities).map((name) => `+${name}`)].join(",");
  return ["setpriv", ...who, "--no-new-privs", `--bounding-set=${bounds}`, "--inh-caps=-all", "--"];
}

/**
 * The commands that enter a running container and drop privileges; a command follows.
 *
 * Nothing of the container's own files may run before its privileges are those of the container: for a plain user
 * nsenter itself, the board's, changes over. Only for root setpriv is the container's: a root that tampers with it
 * can win privileges at the next exec.
 */
export function enterPrivileges(pid: number, privileged: Privileged): readonly string[] {
  const { uid, gid } = privileged.user;
  const enter = ["nsenter", `--target=${pid}`, "--mount", "--uts", "--ipc", "--net", "--pid", "--wd"];
  if (uid === 0) return [...enter, "--", ...dropPrivileges(privileged)];
  const keep = privileged.privileged ? [] : ["setpriv", "--no-new-privs", "--"];
  return [...keep, ...enter, `--setuid=${uid}`, `--setgid=${gid}`, "--"];
}
