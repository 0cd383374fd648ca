/**
 * Debian packages that tests use as data: kubectls of other generations, and Kubernetes' own test objects.
 *
 * They are unpacked into a folder of the checkout's cache, once; nothing is installed. Tests that need one which could
 * not be had are skipped and say so.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { archiveOf, sourceLines } from "../../packages/cli/src/tools/apt-sources.ts";

interface PackageRow {
  readonly debianPackage: string;
  /** The release of Debian that has the version that is wanted. */
  readonly release: "bookworm" | "sid";
  /** What must be in it, below its root. */
  readonly holds: string;
  readonly for: string;
}

/** THE table of packages, by the folder that they are unpacked into. */
export const packages = {
  "kubectl-old": {
    debianPackage: "kubernetes-client",
    release: "bookworm",
    holds: "usr/bin/kubectl",
    for: "kubectl 1.20",
  },
  "kubectl-new": {
    debianPackage: "kubectl",
    release: "sid",
    holds: "usr/bin/kubectl",
    for: "the newest kubectl of Debian",
  },
  "kubernetes-objects": {
    debianPackage: "golang-k8s-api-dev",
    release: "sid",
    holds: "usr/share/gocode/src/k8s.io/api/testdata/HEAD",
    for: "every kind in protobuf and in JSON",
  },
} as const satisfies Record<string, PackageRow>;

export type PackageName = keyof typeof packages;

const cache = join(import.meta.dirname, "../../node_modules/.cache/kubus-tests");

/** What the row names, or undefined when it could not be had. */
export function packagePath(name: PackageName): string | undefined {
  const path = join(cache, name, packages[name].holds);
  return existsSync(path) ? path : undefined;
}

/** Fetches what is missing. Returns a line for each package that could not be had. */
export function fetchPackages(): readonly string[] {
  const names = (Object.keys(packages) as readonly PackageName[]).filter(
    (name) => packagePath(name) === undefined,
  );
  return names.flatMap((name) => {
    try {
      fetchPackage(name);
      return [];
    } catch (error) {
      const { debianPackage, release, for: purpose } = packages[name];
      const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      return [`missing: ${purpose} (package ${debianPackage} of Debian ${release}): ${why}`];
    }
  });
}

function fetchPackage(name: PackageName): void {
  const { debianPackage, release } = packages[name];
  const dir = join(cache, name);
  const apt = join(dir, "apt");
  for (const folder of ["lists/partial", "cache/archives/partial", "debs"])
    mkdirSync(join(apt, folder), { recursive: true });
  try {
    writeFileSync(join(apt, "sources.list"), sourceLine(release));
    const settings = {
      "Dir::Etc::SourceList": join(apt, "sources.list"),
      "Dir::Etc::SourceParts": "/dev/null",
      "Dir::State::Lists": join(apt, "lists"),
      "Dir::State::status": "/dev/null",
      "Dir::Cache": join(apt, "cache"),
      "Acquire::Languages": "none",
      "APT::Sandbox::User": "root",
    };
    const options = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
    const run = (...args: readonly string[]) =>
      execFileSync("apt-get", [...options, ...args], {
        cwd: join(apt, "debs"),
        stdio: "pipe",
        timeout: 120_000,
      });
    run("update", "-qq");
    run("download", "-qq", debianPackage);
    for (const deb of readdirSync(join(apt, "debs")))
      execFileSync("dpkg-deb", ["-x", join(apt, "debs", deb), dir], { stdio: "pipe" });
  } finally {
    rmSync(apt, { recursive: true, force: true });
  }
}

/** The machine's own archive of Debian, for another release of it. */
function sourceLine(release: string): string {
  const osRelease = readFileSync("/etc/os-release", "utf8");
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(osRelease)?.[1] ?? "";
  const folder = "/etc/apt/sources.list.d";
  const files = [
    "/etc/apt/sources.list",
    ...(existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : []),
  ].filter((file) => existsSync(file));
  const source = archiveOf(
    files.map((file) => readFileSync(file, "utf8")),
    codename,
  );
  if (source === undefined) throw new Error(`no archive of "${codename}" is among the sources of apt`);
  const [line = ""] = sourceLines(source, release);
  return `${line}\n`;
}
