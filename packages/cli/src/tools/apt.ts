/**
 * Fetches Debian packages without installing them: no service starts, nothing of the machine changes.
 *
 * apt works in folders of its own below `dir`; what it fetched lies in `dir/root`, and `dir/bin` holds a
 * starter per program that finds the libraries that came along.
 */
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../adapters/files.ts";
import { run } from "../adapters/programs.ts";
import { Complaint } from "../command/command.ts";
import { messageOf } from "../cluster/folder.ts";
import { archiveOf, sourceLines } from "./apt-sources.ts";
import { tools, type ToolName } from "./tools.ts";

/** Where programs lie inside a package. */
const binFolders = ["usr/bin", "usr/sbin", "bin", "sbin"];

/** Fetches the programs into `dir/bin`. Rejects with `Complaint` that names the packages. */
export async function fetchByApt(names: readonly ToolName[], dir: string): Promise<void> {
  const packages = [...new Set(names.map((name) => tools[name].debianPackage))];
  if (packages.length === 0) return;
  const advice = `Install by hand and start again: ${packages.join(" ")} (Debian packages).`;
  try {
    const codename = await releaseName();
    const options = await prepareApt(dir, codename);
    await run("apt-get", [...options, "update", "-qq"]);
    const alone = [...new Set(names.filter(isStatic).map((name) => tools[name].debianPackage))];
    await download(alone, { dir, options });
    // What brings libraries must fit the machine's own.
    const own = [...options, "-o", `APT::Default-Release=${codename}`];
    const rest = packages.filter((name) => !alone.includes(name));
    await download(await withLibraries(rest, own), { dir, options: own });
    for (const name of names) await makeStarter(name, dir);
  } catch (cause) {
    if (cause instanceof Complaint) throw cause;
    throw new Complaint(`Fetching ${names.join(", ")} failed: ${messageOf(cause)}\n${advice}`, { cause });
  } finally {
    await rm(join(dir, "apt"), { recursive: true, force: true });
  }
}

const isStatic = (name: ToolName) => tools[name].from === "newest";

/** Folders and sources of our own; the machine's proxy settings still hold. */
async function prepareApt(dir: string, codename: string): Promise<readonly string[]> {
  const apt = join(dir, "apt");
  const source = archiveOf(await sourceTexts(), codename);
  if (source === undefined)
    throw new Error(`no archive of release "${codename}" is among the sources of apt on this machine.`);
  for (const folder of ["lists/partial", "cache/archives/partial", "debs"])
    await mkdir(join(apt, folder), { recursive: true });
  await writeWhole(join(apt, "sources.list"), `${sourceLines(source, codename).join("\n")}\n`, 0o644);
  const settings = {
    "Dir::Etc::SourceList": join(apt, "sources.list"),
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::State::Lists": join(apt, "lists"),
    "Dir::Cache": join(apt, "cache"),
    // The folder may be readable by root alone.
    "APT::Sandbox::User": "root",
  };
  return Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
}

async function releaseName(): Promise<string> {
  const osRelease = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^VERSION_CODENAME=(.*)$/m.exec(osRelease)?.[1] ?? "";
}

async function sourceTexts(): Promise<readonly string[]> {
  const folder = "/etc/apt/sources.list.d";
  const names = await readdir(folder).catch(() => []);
  const paths = ["/etc/apt/sources.list", ...names.map((name) => join(folder, name))];
  return Promise.all(paths.map((path) => readFile(path, "utf8").catch(() => "")));
}

/** The packages and what they need that the machine lacks, by apt's own reckoning. */
async function withLibraries(
  packages: readonly string[],
  options: readonly string[],
): Promise<readonly string[]> {
  if (packages.length === 0) return [];
  const plan = await run("apt-get", [
    ...options,
    "install",
    "-s",
    "--no-install-recommends",
    "--reinstall",
    ...packages,
  ]);
  const planned = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name = ""]) => name);
  return [...new Set([...packages, ...planned])];
}

interface Download {
  readonly dir: string;
  readonly options: readonly string[];
}

async function download(packages: readonly string[], { dir, options }: Download): Promise<void> {
  if (packages.length === 0) return;
  const debs = join(dir, "apt", "debs");
  // Only the archive counts: a package of the same name from elsewhere must not hide it.
  const ignoreInstalled = ["-o", "Dir::State::status=/dev/null"];
  await run("apt-get", [...options, ...ignoreInstalled, "download", "-qq", ...packages], { cwd: debs });
  for (const name of await readdir(debs)) {
    await run("dpkg-deb", ["-x", join(debs, name), join(dir, "root")]);
    await rm(join(debs, name));
  }
}

async function makeStarter(name: ToolName, dir: string): Promise<void> {
  const program = binFolders
    .map((folder) => join(dir, "root", folder, name))
    .find((path) => existsSync(path));
  if (program === undefined)
    throw new Complaint(
      `The package ${tools[name].debianPackage} holds no program ${name}: install ${name} by hand.`,
    );
  const starter = join(dir, "bin", name);
  await rm(starter, { force: true });
  if (isStatic(name)) {
    await mkdir(join(dir, "bin"), { recursive: true });
    await symlink(program, starter);
    return;
  }
  const machine = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  const libraries = ["usr/lib", "lib"].map((folder) => join(dir, "root", folder, machine)).join(":");
  await writeWhole(starter, `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${program}' "$@"\n`, 0o755);
  await chmod(starter, 0o755);
}
