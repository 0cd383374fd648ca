/**
 * `npm run docs` writes the generated pages; with `--check` it only compares and fails when one is stale.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedPages } from "./pages.ts";
import { repository } from "./sources.ts";

/** What differs between the pages as they should be and the files as they are. */
export function stalePages(pages: ReadonlyMap<string, string>): readonly string[] {
  const changed = [...pages].filter(([path, text]) => readOr(path) !== text).map(([path]) => path);
  return [...changed, ...leftOver(pages)];
}

/** Pages of machines that are no more. */
const leftOver = (pages: ReadonlyMap<string, string>): readonly string[] =>
  readdirSync(join(repository, "docs/machines"))
    .map((name) => `docs/machines/${name}`)
    .filter((path) => !pages.has(path));

function readOr(path: string): string | undefined {
  try {
    return readFileSync(join(repository, path), "utf8");
  } catch {
    return undefined; // Not there yet: it differs.
  }
}

function write(pages: ReadonlyMap<string, string>, stale: readonly string[]): void {
  for (const path of stale) {
    const text = pages.get(path);
    if (text === undefined) rmSync(join(repository, path));
    else writeFileSync(join(repository, path), text);
    console.log(`${text === undefined ? "removed" : "written"}: ${path}`);
  }
}

if (import.meta.main) {
  mkdirSync(join(repository, dirname("docs/machines/x")), { recursive: true });
  const pages = await generatedPages();
  const stale = stalePages(pages);
  if (!process.argv.includes("--check")) write(pages, stale);
  else if (stale.length > 0) {
    console.error(`Stale, run "npm run docs":\n  ${stale.join("\n  ")}`);
    process.exitCode = 1;
  }
}
