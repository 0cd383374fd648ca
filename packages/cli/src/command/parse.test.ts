import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "./commands.ts";
import { Complaint, defineCommand, type Command } from "./command.ts";
import { nearest, parse, usage } from "./parse.ts";

const sample: Command = defineCommand({
  name: "cable pull",
  args: ["BOARD"],
  flags: {
    silent: { kind: "switch", meaning: "s" },
    count: { kind: "number", least: 1, most: 9, default: 3, meaning: "c" },
    label: { kind: "list", meaning: "l" },
    output: { kind: "text", choices: ["text", "json"], meaning: "o" },
  },
  meaning: "m",
  run: () => Promise.resolve(0),
});
const given = (...words: string[]) => parse([sample], ["cable", "pull", ...words]);
const complaint = (...words: string[]): string => {
  try {
    parse([sample], words);
  } catch (error) {
    if (error instanceof Complaint && error.exitCode === 2) return error.message;
    throw error;
  }
  throw new Error(`"${words.join(" ")}" was not refused`);
};

test("takes flags in any place and form", () => {
  const { args, flags } = given(
    "--count=4",
    "board-1",
    "--silent",
    "--label",
    "a",
    "--label=b=c",
    "-o",
    "json",
  );
  assert.deepEqual(args, ["board-1"]);
  assert.deepEqual(flags, { silent: true, count: 4, label: ["a", "b=c"], output: "json" });
});

test("fills in what was not given", () => {
  assert.deepEqual(given("board-1").flags, { silent: false, count: 3, label: [], output: undefined });
});

test("takes what follows -- as it is", () => {
  assert.deepEqual(given("--", "--silent").args, ["--silent"]);
});

test("refuses with a hint", () => {
  assert.match(complaint("cable", "pul"), /needs one more word: cable pull/);
  assert.match(complaint("cabel", "pull"), /Did you mean cable pull\?/);
  assert.match(complaint("cable", "pull", "b", "--silnt"), /no flag --silnt\. Did you mean --silent\?/);
  assert.match(complaint("cable", "pull"), /needs BOARD/);
  assert.match(complaint("cable", "pull", "a", "b"), /does not know what to do with "b"/);
  assert.match(complaint("cable", "pull", "b", "--count"), /--count needs a value/);
  assert.match(complaint("cable", "pull", "b", "--silent=yes"), /takes no value/);
  assert.match(complaint("cable", "pull", "b", "-o", "yaml"), /one of text, json; "yaml" is not/);
  for (const number of ["0", "10", "-1", "1.5", "three", "", "1e1"])
    assert.match(complaint("cable", "pull", "b", `--count=${number}`), /a whole number, 1 to 9/, number);
});

test("hints only at what may have been meant", () => {
  assert.equal(nearest("statsu", ["status", "up"]), "status");
  assert.equal(nearest("frobnicate", ["status", "up"]), undefined);
});

test("every command of the table can be asked for by its name, and no two share one", () => {
  const names = commands.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const command of commands) {
    const required = command.args.filter((name) => !name.startsWith("[")).map(() => "x");
    assert.equal(parse(commands, [...command.name.split(" "), ...required]).command, command);
    assert.ok(usage(command).startsWith(`kubus ${command.name}`));
    assert.match(command.meaning, /\.$/);
  }
});
