/** A container's root as an fstab: the overlay, fresh kernel file systems, and what root must not reach. Pure. */
import { escaped } from "./mounts.ts";
import type { Layers } from "./layers.ts";

export interface RootOptions {
  /** Where `upper`, `work` and `root` are. */
  readonly base: string;
  /** The pod's own files, above all others. */
  readonly podLayer: string;
  readonly layers: Layers;
  /** The pod's shared memory. */
  readonly shm: string;
  /** Folders of the board that are file systems of their own and belong to its root, such as /usr. */
  readonly parts: readonly string[];
  readonly readOnly: boolean;
  readonly privileged: boolean;
  readonly uid: number;
  /** Lines of what the pod's volumes add. */
  readonly volumes: readonly string[];
  /** Whether the kernel has this window of /proc. */
  readonly hasWindow: (name: string) => boolean;
}

/** As runc masks them: windows of /proc through which root would see or change the board. */
const hiddenFiles = ["kcore", "keys", "latency_stats", "sched_debug", "timer_list"];
const readOnlyPaths = ["bus", "fs", "irq", "sys", "sysrq-trigger"];

/** What lies below the container's own layer, topmost first. */
export const lowerLayers = (podLayer: string, { fresh, mask }: Layers): readonly string[] => [
  podLayer,
  fresh,
  mask,
  "/",
];

/** Lines for `mount -a`, to be run in `base`. */
export function fstabOf(options: RootOptions): string {
  const { base, podLayer, layers, shm, parts, readOnly, privileged, uid, volumes, hasWindow } = options;
  const root = escaped(`${base}/root`);
  const lower = lowerLayers(podLayer, layers).join(":");
  const overlay = `${readOnly ? "ro," : ""}lowerdir=${escaped(lower)},upperdir=upper,workdir=work,volatile`;
  const lines = [
    `overlay ${root} overlay ${overlay}`,
    ...parts.map((path) => `${escaped(path)} ${root}${escaped(path)} none bind,ro`),
    `proc ${root}/proc proc nosuid,nodev,noexec`,
    `sysfs ${root}/sys sysfs ${privileged ? "" : "ro,"}nosuid,nodev,noexec`,
    ...(privileged ? [`/dev ${root}/dev none rbind`] : ownDevices(root, escaped(shm))),
    ...(uid === 0 && !privileged ? windows(root, hasWindow) : []),
    ...volumes,
  ];
  return lines.map((line) => `${line} 0 0\n`).join("");
}

const ownDevices = (root: string, shm: string) => [
  `devpts ${root}/dev/pts devpts newinstance,ptmxmode=0666,mode=0620,gid=5,nosuid,noexec`,
  `${shm} ${root}/dev/shm none bind`,
];

const windows = (root: string, has: (name: string) => boolean) => [
  ...hiddenFiles.filter(has).map((name) => `/dev/null ${root}/proc/${name} none bind`),
  ...readOnlyPaths.filter(has).map((name) => `${root}/proc/${name} ${root}/proc/${name} none bind,ro`),
];
