/** What the papers point at exists: a map that names places which are gone is worse than none. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { repository, sourceFiles } from "./docs/sources.ts";

interface Pointer {
  readonly page: string;
  /** Relative to the repository. */
  readonly path: string;
}

const pages = await sourceFiles(["*.md", "docs/**/*.md", "deploy/**/*.md"]);
const read = (page: string) => readFileSync(join(repository, page), "utf8");

/** `packages/…` in backticks; a path may hold `*`. */
const namedPath = /`((?:packages|test|docs|bench|deploy)\/[^`\s]*)`/g;
/** [text](target) and ![text](target), but for links to the net and within the page. */
const linked = /\]\((?![a-z]+:|#)([^)#\s]+)(?:#[^)]*)?\)/g;

const named = pages.flatMap((page) =>
  [...read(page).matchAll(namedPath)].map(([, path = ""]): Pointer => ({ page, path })),
);
const links = pages.flatMap((page) =>
  [...read(page).matchAll(linked)].map(([, target = ""]): Pointer => ({
    page,
    path: normalize(join(dirname(page), target)),
  })),
);

const leadsSomewhere = ({ path }: Pointer): boolean =>
  path.includes("*") ? globSync(path, { cwd: repository }).length > 0 : existsSync(join(repository, path));

const dead = (pointers: readonly Pointer[]) =>
  pointers.filter((pointer) => !leadsSomewhere(pointer)).map(({ page, path }) => `${page}: ${path}`);

test("every path that a page names exists", () => {
  assert.ok(named.some(({ page }) => page === "ARCHITECTURE.md"));
  assert.deepEqual(dead(named), []);
});

test("every link of a page leads somewhere", () => {
  assert.ok(links.some(({ page }) => page === "README.md"));
  assert.deepEqual(dead(links), []);
});

test("no page points at a line, which moves", () => {
  const toLines = pages.filter((page) => /\.(?:ts|js|sh)(?::\d+|#L\d+)/.test(read(page)));
  assert.deepEqual(toLines, []);
});

test("the map names every package", () => {
  const map = read("ARCHITECTURE.md");
  const missing = globSync("packages/*", { cwd: repository }).filter((path) => !map.includes(path));
  assert.deepEqual(missing, []);
});
