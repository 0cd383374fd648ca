/**
 * How a process is told what it must know: a table of keys, read from defaults, a YAML file and flags.
 *
 * Later sources win: default, file, flag. Unknown keys are refused, paths in the file are relative to it,
 * and every value remembers where it came from (`--print-config`). Pure but for the `readText` it is given.
 */
import { isAbsolute, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import { Complaint, type FlagRow, type FlagTable } from "../command/command.ts";

export interface ConfigRow {
  /** Dotted place in the file: `bus.servers`. */
  readonly key: string;
  readonly flag: string;
  /** `file`: a path whose content is the value. `path`: a path as it is. `map`: `a=b,c=d`. */
  readonly kind: "text" | "number" | "list" | "file" | "path" | "map";
  readonly default?: string | number;
  readonly meaning: string;
  readonly choices?: readonly string[];
  readonly optional?: true;
  /** Never printed. */
  readonly secret?: true;
  readonly most?: number;
}

export type Source = "default" | "file" | "flag";

export interface Setting {
  readonly row: ConfigRow;
  readonly value: string | number | readonly string[] | Readonly<Record<string, string>>;
  readonly source: Source;
  /** For files: where the value was read from. */
  readonly path?: string;
}

export interface Settings {
  readonly list: readonly Setting[];
  readonly text: (key: string) => string;
  readonly number: (key: string) => number;
  readonly texts: (key: string) => readonly string[];
  readonly map: (key: string) => Readonly<Record<string, string>>;
  /** Undefined when an optional key was not given. */
  readonly maybe: (key: string) => string | undefined;
}

/** The flags of a command that is told by this table. */
export function flagsOf(rows: readonly ConfigRow[]): FlagTable {
  const own = Object.fromEntries(rows.map((row) => [row.flag, flagOf(row)]));
  return {
    config: { kind: "text", placeholder: "FILE", meaning: "A YAML file with the keys below." },
    "print-config": { kind: "switch", meaning: "Print each value and its source, and end." },
    ...own,
  };
}

const flagOf = ({ key, kind, meaning, choices, default: value }: ConfigRow): FlagRow => ({
  kind: kind === "list" ? "list" : "text",
  meaning: `${meaning} (${key}${value === undefined ? "" : `, default ${value}`})`,
  ...(choices === undefined ? {} : { choices }),
  ...(kind === "file" || kind === "path" ? { placeholder: "FILE" } : {}),
});

export interface ReadOptions {
  readonly rows: readonly ConfigRow[];
  readonly flags: Readonly<Record<string, unknown>>;
  readonly workingDir: string;
  /** Rejects when the file is not readable. */
  readonly readText: (path: string) => Promise<string>;
}

/** Rejects with `Complaint` for unknown, missing and wrong values. */
export async function readSettings({ rows, flags, workingDir, readText }: ReadOptions): Promise<Settings> {
  const configPath = typeof flags["config"] === "string" ? resolve(workingDir, flags["config"]) : undefined;
  const fromFile =
    configPath === undefined ? new Map<string, unknown>() : await readFile(configPath, readText);
  const unknown = [...fromFile.keys()].find((key) => !covers(rows, key));
  if (unknown !== undefined)
    throw new Complaint(`${configPath ?? ""}: "${unknown}" is no key that is known. Known: ${keys(rows)}.`);
  const list: Setting[] = [];
  for (const row of rows) {
    const given = givenBy(row, flags[row.flag], fromFile);
    if (given === undefined) {
      if (row.optional !== true)
        throw new Complaint(
          `"${row.key}" is not set: ${row.meaning} Set it in the file or with --${row.flag}.`,
        );
      continue;
    }
    const base = given.source === "file" && configPath !== undefined ? resolve(configPath, "..") : workingDir;
    list.push(await settle({ row, given, base, readText }));
  }
  return settingsOf(list);
}

const keys = (rows: readonly ConfigRow[]) => rows.map(({ key }) => key).join(", ");

/** A map's own keys lie below it: `labels.zone`. */
const covers = (rows: readonly ConfigRow[], key: string) =>
  rows.some((row) => row.key === key || (row.kind === "map" && key.startsWith(`${row.key}.`)));

async function readFile(path: string, readText: ReadOptions["readText"]): Promise<Map<string, unknown>> {
  const text = await readText(path).catch((cause: unknown) => {
    throw new Complaint(`The configuration file ${path} cannot be read.`, { cause });
  });
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch (cause) {
    throw new Complaint(`${path} is not YAML: ${String(cause)}`, { cause });
  }
  return flatten(document ?? {}, "");
}

function flatten(value: unknown, prefix: string): Map<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return new Map([[prefix, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [
      ...flatten(inner, prefix === "" ? key : `${prefix}.${key}`),
    ]),
  );
}

interface Given {
  readonly raw: unknown;
  readonly source: Source;
}

function givenBy(row: ConfigRow, flag: unknown, file: ReadonlyMap<string, unknown>): Given | undefined {
  const isGiven = flag !== undefined && !(Array.isArray(flag) && flag.length === 0);
  if (isGiven) return { raw: flag, source: "flag" };
  const below = [...file].filter(([key]) => key.startsWith(`${row.key}.`));
  if (row.kind === "map" && below.length > 0)
    return {
      raw: below.map(([key, value]) => `${key.slice(row.key.length + 1)}=${String(value)}`).join(","),
      source: "file",
    };
  if (file.has(row.key)) return { raw: file.get(row.key), source: "file" };
  return row.default === undefined ? undefined : { raw: row.default, source: "default" };
}

interface Settle {
  readonly row: ConfigRow;
  readonly given: Given;
  readonly base: string;
  readonly readText: ReadOptions["readText"];
}

async function settle({ row, given: { raw, source }, base, readText }: Settle): Promise<Setting> {
  if (row.kind !== "file") return { row, value: valueOf(row, raw, base), source };
  const path = resolve(base, String(raw));
  const value = await readText(path).catch((cause: unknown) => {
    throw new Complaint(`"${row.key}": ${path} cannot be read.`, { cause });
  });
  return { row, value: value.trimEnd() + (value.startsWith("-----") ? "\n" : ""), source, path };
}

function valueOf(row: ConfigRow, raw: unknown, base: string): Setting["value"] {
  switch (row.kind) {
    case "number":
      return numberOf(row, raw);
    case "list":
      return Array.isArray(raw) ? raw.map(String) : String(raw).split(",").filter(Boolean);
    case "map":
      return Object.fromEntries(String(raw).split(",").filter(Boolean).map(pairOf));
    case "path":
      return isAbsolute(String(raw)) ? String(raw) : resolve(base, String(raw));
    default:
      if (row.choices !== undefined && !row.choices.includes(String(raw)))
        throw new Complaint(
          `"${row.key}" must be one of ${row.choices.join(", ")}; "${String(raw)}" is not.`,
        );
      return String(raw);
  }
}

function numberOf({ key, most = Number.MAX_SAFE_INTEGER }: ConfigRow, raw: unknown): number {
  const value = Number(raw);
  if (!Number.isFinite(value) || String(raw).trim() === "" || value < 0 || value > most)
    throw new Complaint(`"${key}" must be a number from 0 to ${most}; "${String(raw)}" is not.`);
  return value;
}

function pairOf(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new Complaint(`"${text}" is no NAME=VALUE.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function settingsOf(list: readonly Setting[]): Settings {
  const find = (key: string) => list.find(({ row }) => row.key === key)?.value;
  return {
    list,
    text: (key) => find(key) as string,
    number: (key) => Number(find(key)),
    texts: (key) => find(key) as readonly string[],
    map: (key) => (find(key) ?? {}) as Readonly<Record<string, string>>,
    maybe: (key) => find(key) as string | undefined,
  };
}

/** One line per value with its source. Secrets and files' contents stay out. */
export function printable({ list }: Settings): readonly string[] {
  return list.map(({ row, value, source, path }) => {
    const shown = path ?? (row.secret === true ? "(secret)" : JSON.stringify(value));
    return `${row.key}: ${shown}  # ${source}`;
  });
}
