/** What a cluster's things are called on the machine, from the cluster's id. Pure. */
export interface Names {
  readonly switch: string;
  /** The host's end of its cable. At most 15 characters. */
  readonly uplink: string;
  readonly cgroup: string;
  readonly runDir: string;
  namespace(machine: string): string;
  /** The switch's end of a machine's cable. */
  port(address: string): string;
  /** Like a real board, a virtual one keeps its hardware address over a power cut. */
  mac(address: string): string;
}

/** `id`: six hexadecimal digits. */
export function namesOf(id: string): Names {
  return {
    switch: `kubus-${id}-switch`,
    uplink: `kubus-${id}`,
    cgroup: `kubus-${id}`,
    runDir: `/run/kubus/${id}`,
    namespace: (machine) => `kubus-${id}-${machine}`,
    port: (address) => `port-${address.split(".")[3] ?? ""}`,
    mac: (address) => {
      const last = Number(address.split(".")[3]).toString(16).padStart(2, "0");
      return `02:${id.slice(0, 2)}:${id.slice(2, 4)}:${id.slice(4, 6)}:00:${last}`;
    },
  };
}
