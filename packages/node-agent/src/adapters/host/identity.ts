/** What the board is. Files first; the slow library only where they are silent. */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { arch, hostname, release } from "node:os";
import { join } from "node:path";
import { systemRandom } from "@kubus/shared/chance/system-random.ts";
import type { HostIdentity } from "../../ports/host.ts";
import { readText } from "./proc.ts";

/** `runDir` lies on tmpfs: what is remembered there lasts as long as the board's power. */
export async function identityOf(runDir: string): Promise<HostIdentity> {
  const machineId = readText("/etc/machine-id") ?? createHash("md5").update(hostname()).digest("hex");
  return {
    machineId,
    systemUuid: readText("/sys/class/dmi/id/product_uuid") ?? machineId,
    bootId: await bootIdOf(runDir),
    kernel: release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)"?/m.exec(readText("/etc/os-release") ?? "")?.[1] ?? "Linux",
    architecture: arch() === "arm64" ? "arm64" : "amd64",
    model: await modelOf(),
  };
}

/** One for each time the board was switched on; boards that share a kernel are switched on one by one. */
export async function bootIdOf(runDir: string): Promise<string> {
  const path = join(runDir, "boot-id");
  const kernel = readText("/proc/sys/kernel/random/boot_id") ?? "";
  const [known, id] = (readText(path) ?? "").split(" ");
  // A run folder that is no tmpfs would carry the name over a reboot of the machine.
  if (known === kernel && id !== undefined) return id;
  const fresh = systemRandom.uuid();
  await mkdir(runDir, { recursive: true });
  await writeFile(path, `${kernel} ${fresh}\n`);
  return fresh;
}

async function modelOf(): Promise<string> {
  const tree = readText("/proc/device-tree/model");
  if (tree !== undefined && tree !== "") return tree;
  const dmi = [readText("/sys/class/dmi/id/sys_vendor"), readText("/sys/class/dmi/id/product_name")];
  const known = dmi.filter((word) => word !== undefined && word !== "").join(" ");
  return known === "" ? modelByLibrary() : known;
}

async function modelByLibrary(): Promise<string> {
  try {
    const { default: information } = await import("systeminformation");
    const { manufacturer, model } = await information.system();
    return [manufacturer, model].filter((word) => word !== "").join(" ");
  } catch {
    // A board may keep its name to itself.
    return "";
  }
}
