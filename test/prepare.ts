/**
 * Brings along what the tests need and a fresh machine lacks. Returns what it could not bring, a line each:
 * tests that need it are skipped and say so too.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findTool } from "@kubus/shared/testing/tools.ts";
import { fetchPackages } from "./debian/packages.ts";

interface Need {
  /** A program, or a file. */
  readonly program: string;
  readonly debianPackage: string;
  readonly for: string;
}

/** Programs of the tests alone. What kubus itself needs (nats-server, kubectl, ...) `kubus tools` brings. */
const needs: readonly Need[] = [
  { program: "chromium", debianPackage: "chromium", for: "the dashboard in a real browser" },
  { program: "python3", debianPackage: "python3-minimal", for: "pods that serve HTTP" },
  {
    program: "/usr/lib/python3/dist-packages/kubernetes",
    debianPackage: "python3-kubernetes",
    for: "Python's client of Kubernetes",
  },
  { program: "script", debianPackage: "bsdutils", for: "terminals in tests of exec -it" },
];

export async function prepare(): Promise<string[]> {
  const { fetchTools } = await import("../packages/cli/src/tools/fetch-tools.ts");
  const missing = [...(await fetchTools()), ...fetchPackages()];
  const lacking = needs.filter(({ program }) => !isThere(program));
  if (lacking.length > 0) install(lacking.map(({ debianPackage }) => debianPackage));
  for (const { program, debianPackage, for: purpose } of lacking) {
    if (!isThere(program))
      missing.push(`missing: ${program} (Debian package ${debianPackage}), for ${purpose}`);
  }
  return missing;
}

const isThere = (program: string): boolean =>
  program.startsWith("/") ? existsSync(program) : findTool(program) !== undefined;

function install(packages: readonly string[]): void {
  if (process.getuid?.() !== 0) return;
  console.log(`installing for the tests: ${packages.join(" ")}`);
  try {
    const options = { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
    execFileSync("apt-get", ["update"], options);
    execFileSync("apt-get", ["install", "-y", "--no-install-recommends", ...packages], options);
  } catch {
    // Said by the caller, by name: what is still missing is skipped aloud.
  }
}
