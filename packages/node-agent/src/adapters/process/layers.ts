/**
 * The layers between the board's `/` and a container: what is hidden, and what is fresh.
 *
 * Made once per agent and shared by all containers: `mask` whites things out, `fresh` has the empty folders and the
 * devices. They must lie on another file system than `/`: layers of an overlay may not contain each other.
 */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { chmod, chown, mkdir, rename, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../shim/run-program.ts";

/** Fresh and empty in every container, with the mode. */
const freshFolders: Readonly<Record<string, number>> = {
  "/dev": 0o755,
  "/dev/mqueue": 0o755,
  "/dev/pts": 0o755,
  "/dev/shm": 0o1777,
  "/proc": 0o755,
  "/root": 0o700,
  "/run": 0o755,
  "/run/lock": 0o1777,
  "/sys": 0o755,
  "/tmp": 0o1777,
  "/var/tmp": 0o1777,
};

const devices: Readonly<Record<string, string>> = {
  null: "1 3",
  zero: "1 5",
  full: "1 7",
  random: "1 8",
  urandom: "1 9",
  tty: "5 0",
};

const links: Readonly<Record<string, string>> = {
  fd: "/proc/self/fd",
  stdin: "/proc/self/fd/0",
  stdout: "/proc/self/fd/1",
  stderr: "/proc/self/fd/2",
  ptmx: "pts/ptmx",
};

/** The board's secrets: no container needs them, and one that runs as root could read them. */
const secretPaths = [
  ...["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/ssl/private", "/etc/kubus"],
  ...["/etc/NetworkManager/system-connections", "/etc/wpa_supplicant", "/etc/wireguard", "/var/lib/kubus"],
];

export interface Layers {
  readonly fresh: string;
  readonly mask: string;
}

/** `hidden`: paths of the board beside its secrets. Made below `dir` unless they are there. */
export async function makeLayers(dir: string, hidden: readonly string[]): Promise<Layers> {
  const masked = maskedPaths(hidden);
  const id = createHash("sha256")
    .update(JSON.stringify([masked, freshFolders, devices, links]))
    .digest("hex");
  const home = join(dir, `layers-${id.slice(0, 12)}`);
  const layers = { fresh: join(home, "fresh"), mask: join(home, "mask") };
  if (existsSync(home)) return layers;
  const half = `${home}.${process.pid}`;
  await Promise.all([makeFresh(join(half, "fresh")), makeMask(join(half, "mask"), masked)]);
  await rename(half, home);
  return layers;
}

function maskedPaths(hidden: readonly string[]): readonly string[] {
  const hostKeys = namesIn("/etc/ssh").filter((name) => /^ssh_host_.*_key$/.test(name));
  const homes = namesIn("/home").map((name) => join("/home", name, ".ssh"));
  const fresh = Object.keys(freshFolders).filter((path) => !/^\/(dev|run)\/./.test(path));
  const all = [
    ...secretPaths,
    ...hostKeys.map((name) => join("/etc/ssh", name)),
    ...homes,
    ...hidden,
    ...fresh,
  ]
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path));
  // What lies below something hidden is hidden with it.
  return [...new Set(all)]
    .sort()
    .filter((path, _, paths) => !paths.some((other) => path.startsWith(`${other}/`)));
}

async function makeFresh(root: string): Promise<void> {
  for (const [path, mode] of Object.entries(freshFolders)) {
    await likeTheBoards(root, dirname(path));
    await mkdir(join(root, path), { recursive: true });
    await chmod(join(root, path), mode);
  }
  const dev = join(root, "dev");
  await Promise.all(Object.entries(links).map(([name, target]) => symlink(target, join(dev, name))));
  const nodes = Object.entries(devices).map(([name, numbers]) => `mknod -m 666 ${name} c ${numbers}`);
  await run("sh", ["-ec", `cd "$1"; ${nodes.join("; ")}`, "sh", dev]);
}

/** A character device 0/0 is what an overlay takes for "nothing here". */
async function makeMask(root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) await likeTheBoards(root, dirname(path));
  const whiteouts = paths.map((path) => join(root, path));
  await run("sh", ["-ec", 'for path; do mknod "$path" c 0 0; done', "sh", ...whiteouts]);
}

/** Folders on the way show through the overlay: they get the board's own modes and owners. */
async function likeTheBoards(root: string, path: string): Promise<void> {
  const copy = join(root, path);
  if (path !== "/") await likeTheBoards(root, dirname(path));
  if (existsSync(copy)) return;
  await mkdir(copy, { recursive: true });
  if (!existsSync(path)) return;
  const { mode, uid, gid } = statSync(path);
  await chown(copy, uid, gid);
  await chmod(copy, mode & 0o7777);
}

function namesIn(folder: string): readonly string[] {
  if (!existsSync(folder) || !lstatSync(folder).isDirectory()) return [];
  return readdirSync(folder);
}
