import assert from "node:assert/strict";
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import type { LogRead } from "../../ports/log-files.ts";
import { logFiles } from "./log-files.ts";

const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, "0")}.123456789Z`;
const line = (second: number, text: string, tag: "F" | "P" = "F", stream = "stdout") =>
  `${at(second)} ${stream} ${tag} ${text}\n`;

async function aLog(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `kubus-logs-${process.pid}-`));
  try {
    await body(join(folder, "0.log"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function read(path: string, options: Partial<LogRead> = {}): Promise<string> {
  let text = "";
  const chunks = logFiles.read({ path, timestamps: false, ...options }, new AbortController().signal);
  for await (const chunk of chunks) text += Buffer.from(chunk).toString();
  return text;
}

test("joins partial lines and keeps what a container wrote", () =>
  aLog(async (path) => {
    await writeFile(
      path,
      line(1, "hel", "P") + line(1, "lo") + line(2, "", "F") + line(3, "a  b ") + line(4, "$ ", "P"),
    );
    assert.equal(await read(path), "hello\n\na  b \n$ ");
    assert.equal(
      await read(path, { timestamps: true }),
      `${at(1)} hello\n${at(2)} \n${at(3)} a  b \n${at(4)} $ `,
    );
  }));

test("reads rotated files in order, and its own attempt only", () =>
  aLog(async (path) => {
    await writeFile(`${path}.2`, line(1, "one"));
    await writeFile(`${path}.1`, line(2, "two"));
    await writeFile(path, line(3, "three"));
    await writeFile(path.replace("0.log", "10.log"), line(4, "other"));
    assert.equal(await read(path), "one\ntwo\nthree\n");
  }));

test("gives the last lines, over files and over pieces, however many there are", () =>
  aLog(async (path) => {
    const long = "x".repeat(3_000);
    const all = Array.from({ length: 100 }, (_, i) => `${i} ${long}`);
    await writeFile(
      `${path}.1`,
      all
        .slice(0, 60)
        .map((text) => line(1, text))
        .join(""),
    );
    await writeFile(
      path,
      all
        .slice(60)
        .map((text) => line(2, text))
        .join(""),
    );
    for (const tailLines of [0, 1, 2, 21, 22, 39, 40, 41, 99, 100, 101]) {
      const expected = all.slice(all.length - Math.min(tailLines, 100)).map((text) => `${text}\n`);
      assert.equal(await read(path, { tailLines }), expected.join(""), `tail ${tailLines}`);
    }
  }));

test("a line in pieces is one line of the tail", () =>
  aLog(async (path) => {
    await writeFile(path, line(1, "one") + line(2, "tw", "P") + line(2, "o") + line(3, "prompt", "P"));
    assert.equal(await read(path, { tailLines: 1 }), "prompt");
    assert.equal(await read(path, { tailLines: 2 }), "two\nprompt");
  }));

test("begins at a time and ends at a number of bytes", () =>
  aLog(async (path) => {
    await writeFile(path, line(1, "one") + line(2, "two") + line(3, "three"));
    assert.equal(await read(path, { sinceMs: Date.parse(at(2)) }), "two\nthree\n");
    assert.equal(await read(path, { limitBytes: 6 }), "one\ntw");
  }));

test("follows a log over rotations until the container has ended, without losing a line", () =>
  aLog(async (path) => {
    await writeFile(path, line(1, "first"));
    const ended = Promise.withResolvers<undefined>();
    let text = "";
    const reading = (async () => {
      const options = { path, timestamps: false, ended: ended.promise.then(() => undefined) };
      for await (const chunk of logFiles.read(options, new AbortController().signal)) {
        text += Buffer.from(chunk).toString();
      }
    })();
    await until("the first line", () => text === "first\n");
    const expected = ["first"];
    for (let i = 0; i < 300; i += 1) {
      if (i % 100 === 99) {
        await rename(`${path}.1`, `${path}.2`).catch(() => undefined);
        await rename(path, `${path}.1`);
      }
      await appendFile(path, line(2, String(i)));
      expected.push(String(i));
    }
    await until("a line written before the end", () => text.includes("\n298\n"));
    await appendFile(path, line(3, "last"));
    ended.resolve(undefined);
    await reading;
    assert.equal(text, [...expected, "last", ""].join("\n"));
  }));

test("stops following when nobody reads any more", () =>
  aLog(async (path) => {
    await writeFile(path, line(1, "first"));
    const reader = new AbortController();
    const options = { path, timestamps: false, ended: new Promise<void>(() => undefined) };
    await assert.rejects(async () => {
      for await (const chunk of logFiles.read(options, reader.signal)) {
        assert.ok(chunk.length > 0);
        reader.abort();
      }
    }, /abort/i);
  }));

test("says so when there is no log, and removes logs with their older files", () =>
  aLog(async (path) => {
    await assert.rejects(read(join(path, "..", "none.log")), /no log yet/);
    await writeFile(path, "");
    await writeFile(`${path}.1`, "");
    await mkdir(`${path}s`);
    await logFiles.remove(path);
    await assert.rejects(read(path), /no log yet/);
    await logFiles.remove(path);
  }));
