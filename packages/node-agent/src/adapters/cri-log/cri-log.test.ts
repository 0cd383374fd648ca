import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { openCriLog } from "./cri-log.ts";

const now = () => Date.UTC(2026, 10, 21, 6, 30, 0, 7);
const at = "2026-11-21T06:30:00.007000000Z";
const bytes = (text: string) => new TextEncoder().encode(text);

describe("CRI log", () => {
  const dir = mkdtempSync(join(tmpdir(), `kubus-cri-log-${process.pid}-`));
  after(() => rmSync(dir, { recursive: true }));
  const textOf = (path: string) => readFileSync(path, "utf8");

  test("has every piece in the file at once: whole lines as F, the beginning of one as P", () => {
    const path = join(dir, "a", "0.log");
    const log = openCriLog(path, { now });
    log.write("stdout", bytes("one\ntwo\nthr"));
    assert.equal(textOf(path), `${at} stdout F one\n${at} stdout F two\n${at} stdout P thr\n`);
    log.write("stderr", bytes("oops\n"));
    log.write("stdout", bytes("ee\n\n"));
    log.write("stdout", bytes(""));
    assert.equal(
      textOf(path).slice(textOf(path).indexOf(`${at} stderr`)),
      `${at} stderr F oops\n${at} stdout F ee\n${at} stdout F \n`,
    );
    log.close();
  });

  test("mends a torn end before it goes on", () => {
    const path = join(dir, "torn.log");
    appendFileSync(path, `${at} stdout F whole\n${at} stdo`);
    const log = openCriLog(path, { now });
    log.write("stdout", bytes("next\n"));
    log.close();
    assert.equal(textOf(path), `${at} stdout F whole\n${at} stdo\n${at} stdout F next\n`);
  });

  test("moves aside at its limit, keeps the youngest files and loses no line among them", () => {
    const path = join(dir, "full.log");
    const line = (number: number) => `line ${String(number).padStart(3, "0")}\n`;
    const lineBytes = `${at} stdout F ${line(0)}`.length;
    const log = openCriLog(path, { now, limits: { fileBytesMax: 10 * lineBytes, filesMax: 3 } });
    for (let number = 0; number < 45; number += 1) log.write("stdout", bytes(line(number)));
    log.close();
    const files = [`${path}.2`, `${path}.1`, path].map(textOf);
    assert.deepEqual(
      files.map((text) => text.length / lineBytes),
      [10, 10, 5],
    );
    const numbers = files.join("").match(/\d+$/gm)?.map(Number);
    assert.deepEqual(
      numbers,
      Array.from({ length: 25 }, (_, i) => i + 20),
    );
    assert.equal(existsSync(`${path}.3`), false);
  });

  test("goes on counting where an earlier agent stopped", () => {
    const path = join(dir, "again.log");
    const limits = { fileBytesMax: 120, filesMax: 2 };
    const write = (text: string) => {
      const log = openCriLog(path, { now, limits });
      log.write("stdout", bytes(text));
      log.close();
    };
    write("first\n");
    write("second\n");
    write("third\n");
    assert.deepEqual(
      [textOf(`${path}.1`).match(/\w+$/gm), textOf(path).match(/\w+$/gm)],
      [["first", "second"], ["third"]],
    );
  });
});
