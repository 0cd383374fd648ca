/**
 * Makes the page out of `src/page`: one HTML file, one style sheet, and scripts bundled by esbuild.
 *
 * The layout engine for charts is 1.6 MB and becomes a script of its own, loaded when the first chart is looked at.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PageFile, PageFiles } from "../../server/ports.ts";

const pageDir = join(import.meta.dirname, "../../page");

const contentTypes: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** Takes about 100 ms. Rejects with esbuild's own message. */
export async function buildPage(): Promise<PageFiles> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(pageDir, "main.ts"), join(pageDir, "style.css")],
    outdir: "/",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    write: false,
    logLevel: "silent",
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [path, fileOf(path, contents)]));
  for (const name of ["index.html", "icon.svg"]) {
    files.set(`/${name}`, fileOf(name, await readFile(join(pageDir, name))));
  }
  return files;
}

const fileOf = (path: string, body: Uint8Array): PageFile => ({
  contentType: contentTypes[path.split(".").at(-1) ?? ""] ?? "application/octet-stream",
  body,
});
