/** Regular expressions in Go's syntax, and that none of them takes for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { regexMistake, regexOf } from "./regex.ts";

const cases: readonly (readonly [source: string, text: string, found: string | undefined])[] = [
  ["abc", "xabcx", "abc"],
  ["^abc$", "abc", "abc"],
  ["^abc$", "abc\n", undefined],
  ["a|ab", "ab", "a"],
  ["(?:ab|a)c?", "ac", "ac"],
  ["a*", "baaa", ""],
  ["a+?", "aaa", "a"],
  ["(?U)a+", "aaa", "a"],
  ["[a-z]{2,3}", "abcd", "abc"],
  ["[^a-z]+", "abcD1e", "D1"],
  ["[[:alpha:]_]+", "12ab_3", "ab_"],
  ["[]a]+", "x]a]", "]a]"],
  ["[a-]+", "b-a", "-a"],
  [String.raw`\d+\.\d+`, "v1.25.3", "1.25"],
  [String.raw`\bfoo\b`, "a foo b", "foo"],
  [String.raw`\bfoo\b`, "afoob", undefined],
  ["(?i)HeLLo", "say hello", "hello"],
  ["(?i:H)ello", "Hello", "Hello"],
  ["(?i:h)ELLO", "Hello", undefined],
  ["(?m)^b$", "a\nb\nc", "b"],
  ["a.c", "a\nc", undefined],
  ["(?s)a.c", "a\nc", "a\nc"],
  [String.raw`\p{Greek}+`, "abc αβγ", "αβγ"],
  [String.raw`\pL+`, "1é2", "é"],
  ["^.$", "😀", "😀"],
  [String.raw`\x41\x{1F600}`, "A😀", "A😀"],
  [String.raw`\Qa.b\E+`, "a.bb", "a.bb"],
  ["(?P<name>x)(?<other>y)", "xy", "xy"],
  ["x{,2}", "x{,2}", "x{,2}"],
  ["^(a|b|)$", "", ""],
  ["(a*)*", "aaa", "aaa"],
  ["^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "my-name", "my-name"],
  ["^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "my-name-", undefined],
  ["$", "abc", ""],
  ["^$", "", ""],
  ["$^", "", ""],
  ["b$", "ab", "b"],
  ["b$", "ba", undefined],
  ["(^a|b$)+", "xb", "b"],
  ["(?:^|-)x", "a-x", "-x"],
  ["a{3}", "aabaaa", "aaa"],
];

for (const [source, text, expected] of cases) {
  test(`/${source}/ in ${JSON.stringify(text)}`, () => {
    const found = regexOf(source).find(text);
    assert.equal(found === undefined ? undefined : text.slice(...found), expected);
    assert.equal(regexOf(source).test(text), expected !== undefined);
  });
}

const mistakes: readonly (readonly [source: string, mistake: string])[] = [
  ["a(", "error parsing regexp: missing closing ): `a(`"],
  ["a)", "error parsing regexp: unexpected ): `a)`"],
  ["[a", "error parsing regexp: missing closing ]: `[a`"],
  ["*a", "error parsing regexp: missing argument to repetition operator: `*`"],
  ["a**", "error parsing regexp: invalid nested repetition operator: `**`"],
  ["[z-a]", "error parsing regexp: invalid character class range: `z-a`"],
  ["(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"],
  [String.raw`(a)\1`, "error parsing regexp: invalid escape sequence: `\\1`"],
  ["a{1001}", "error parsing regexp: invalid repeat count: `{1001}`"],
];

for (const [source, mistake] of mistakes)
  test(`/${source}/ is refused`, () => assert.equal(regexMistake(source), mistake));

test("an expression that makes others explode does not", () => {
  const started = performance.now();
  assert.equal(regexOf("^(a+)+$").test(`${"a".repeat(5_000)}b`), false);
  assert.equal(regexOf("(x+x+)+y").test("x".repeat(5_000)), false);
  assert.ok(performance.now() - started < 2_000, "it took too long");
});
