/**
 * Makes `generated/*.json` from the models of @kubernetes/client-node (a development dependency) and unmodelled.ts.
 *
 * node packages/control-plane/src/schema/generate.ts          writes the files
 * node packages/control-plane/src/schema/generate.ts --check  fails when they are not what it would write
 */
import { readFileSync, writeFileSync } from "node:fs";
import { collectTypes, wireTypes } from "./model.ts";

/** One line per type: a new version of the models then reads as a list of changed types. */
const lines = (entries: Readonly<Record<string, unknown>>): string =>
  `{\n${Object.entries(entries)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(",\n")}\n}\n`;

export function generatedFiles(): Readonly<Record<string, string>> {
  const { types, descriptions } = collectTypes(wireTypes());
  return { "types.json": lines(types), "descriptions.json": lines(descriptions) };
}

const placeOf = (file: string): URL => new URL(`./generated/${file}`, import.meta.url);

/** Names of the files that are not what they would be now. */
export function staleFiles(): readonly string[] {
  return Object.entries(generatedFiles())
    .filter(([file, text]) => readFileSync(placeOf(file), "utf8") !== text)
    .map(([file]) => file);
}

if (import.meta.main) {
  if (process.argv.includes("--check")) {
    const stale = staleFiles();
    if (stale.length > 0) throw new Error(`Stale: ${stale.join(", ")}. Run generate.ts without --check.`);
  } else {
    for (const [file, text] of Object.entries(generatedFiles())) writeFileSync(placeOf(file), text);
  }
}
