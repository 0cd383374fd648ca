/**
 * The house style as a test: what linters cannot say. Each rule names the replacement.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { repository, sourceFiles } from "./docs/sources.ts";

interface Source {
  readonly path: string;
  readonly text: string;
}

const read = (path: string): Source => ({ path, text: readFileSync(join(repository, path), "utf8") });
const sources = (await sourceFiles(["packages/*/src/**/*.ts", "test/**/*.ts", "bench/**/*.ts"])).map(read);

const isTest = ({ path }: Source): boolean =>
  /\.(test|contract)\.ts$|^test\/|^bench\/|\/testing\//.test(path);

/** The only places that touch the world: adapters, processes' entry points, the command line, the browser. */
const isEdge = (source: Source): boolean =>
  isTest(source) ||
  /\/adapters\/|\/main\.ts$|^packages\/cli\/|\/dashboard\/src\/page\/|\/(system-(clock|random)|time\/clock)\.ts$/.test(
    source.path,
  );

/** Words that may not occur in a kind of file, and what to use instead. */
const bannedWords: readonly {
  readonly word: RegExp;
  readonly instead: string;
  readonly allowed: (source: Source) => boolean;
}[] = [
  { word: /\bDate\.now\(|\bnew Date\(\)/, instead: "the Clock port", allowed: isEdge },
  { word: /\bperformance\.now\(/, instead: "clock.monotonic()", allowed: isEdge },
  {
    word: /(?<![.\w])set(Timeout|Interval)\(/,
    instead: "a machine's delay, or the Clock port",
    allowed: isEdge,
  },
  { word: /\bMath\.random\(|\brandomUUID\(/, instead: "the Random port", allowed: isEdge },
  { word: /\bprocess\.env\b/, instead: "configuration passed down by main", allowed: isEdge },
  { word: /(?<![.\w])console\./, instead: "the Log port", allowed: isEdge },
  {
    word: /\bgetPersistedSnapshot\b/,
    instead: "looking: machines are never saved",
    allowed: ({ path }) => path === "test/tidy.test.ts",
  },
  {
    word: /\bcreateActor\(/,
    instead: "startActor of shared/machine/run.ts",
    allowed: (source) => isTest(source) || source.path.endsWith("machine/run.ts"),
  },
];

/** Without comments, so that a rule may be explained by name. */
const codeOf = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/(^|[^:"'`])\/\/.*$/gm, "$1");

for (const { word, instead, allowed } of bannedWords) {
  test(`uses ${instead}, nothing behind its back: ${plain(word)}`, () => {
    const found = sources.filter((source) => !allowed(source)).flatMap((source) => linesWith(source, word));
    assert.deepEqual(found, []);
  });
}

/** A pattern as a reader of the report would write it. */
function plain({ source }: RegExp): string {
  return source.replace(/\\b|\(\?<!.*?\)|\\(?=[.()])/g, "").replace(/\($/, "()");
}

function linesWith({ path, text }: Source, word: RegExp): readonly string[] {
  return codeOf(text)
    .split("\n")
    .flatMap((line, index) => (word.test(line) ? [`${path}:${index + 1}`] : []));
}

test("every file begins by saying what it stands for", () => {
  const bare = sources.filter(
    ({ path, text }) => !path.endsWith(".test.ts") && !/^(#!.*\n)?\/[*/]/.test(text),
  );
  assert.deepEqual(
    bare.map(({ path }) => path),
    [],
  );
});

test("no file is longer than can be read in one go", () => {
  const linesOf = ({ text }: Source) => text.split("\n").length - 1;
  const long = sources.filter((source) => linesOf(source) > (isTest(source) ? 500 : 300));
  assert.deepEqual(
    long.map((source) => `${source.path}: ${linesOf(source)} lines`),
    [],
  );
});

test("no folder is a drawer for odds and ends", () => {
  // Kubernetes calls its first API group "core".
  const drawer = /(^|\/)(utils?|lib|common|helpers?|(?<!kinds\/)core|misc)\//;
  assert.deepEqual(
    sources.map(({ path }) => path).filter((path) => drawer.test(path)),
    [],
  );
});

test("no name says Manager, Helper, Handler or Impl", () => {
  const named = /\b(?:class|interface|function|const|type)\s+(\w*(?:Manager|Helper|Handler|Impl))\b/;
  assert.deepEqual(
    sources.flatMap((source) => linesWith(source, named)),
    [],
  );
});

test("files are named in kebab case", () => {
  const named = sources
    .map(({ path }) => path)
    .filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.ts$/.test(basename(path)));
  assert.deepEqual(named, []);
});

/** Put together from parts, or this file would break its own rule. */
const leftOvers = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME"].join("|")})\\b(?! #\\d)`);

test("what is left to do is an issue, not a comment", () => {
  const found = sources.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => (leftOvers.test(line) ? [`${path}:${index + 1}`] : [])),
  );
  assert.deepEqual(found, []);
});

test("nothing names the machine that it was written on, or where packages came from", async () => {
  const paths = [
    "**/*.md",
    "*.js",
    "*.json",
    ".npmrc",
    "deploy/**/*",
    "packages/*/package.json",
    "test/run",
    "kubus",
  ];
  const texts = [
    ...sources,
    ...(await sourceFiles(paths)).filter((path) => /\.\w+$|kubus$|run$/.test(path)).map(readOrEmpty),
  ];
  const machinePath = new RegExp(`["'\`( =]/(home/\\w+|${["wo", "rk"].join("")})/`);
  const found = texts.filter(({ text }) => machinePath.test(text)).map(({ path }) => path);
  assert.deepEqual(found, []);
  assert.doesNotMatch(read("package-lock.json").text, /"resolved": "https?:/);
});

function readOrEmpty(path: string): Source {
  try {
    return read(path);
  } catch {
    return { path, text: "" }; // A folder.
  }
}
