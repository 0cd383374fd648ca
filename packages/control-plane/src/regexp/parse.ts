/** Reads a regular expression in Go's syntax. What Go does not know (look-around, back references) is refused. */
import { anyOf, ignoringCase, inRanges, not, perlClasses, posixClasses, unicodeClass } from "./classes.ts";
import { RegexSyntaxError, type Assertion, type Test, type Tree } from "./tree.ts";

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly U: boolean;
}

interface Reader {
  readonly text: readonly string[];
  at: number;
  flags: Flags;
  depth: number;
}

const repeatMax = 1_000;
const depthMax = 200;
const codeOf = (character: string): number => character.codePointAt(0) ?? 0;

export function parseRegex(source: string): Tree {
  const reader: Reader = {
    text: Array.from(source),
    at: 0,
    flags: { i: false, m: false, s: false, U: false },
    depth: 0,
  };
  const tree = choice(reader);
  if (reader.at < reader.text.length) throw new RegexSyntaxError("unexpected )", source);
  return tree;
}

const peek = ({ text, at }: Reader, ahead = 0): string | undefined => text[at + ahead];
const rest = ({ text, at }: Reader): string => text.slice(at).join("");

function take(reader: Reader, expected: string): boolean {
  if (!Array.from(expected).every((character, ahead) => peek(reader, ahead) === character)) return false;
  reader.at += expected.length;
  return true;
}

function choice(reader: Reader): Tree {
  const { flags } = reader;
  if (++reader.depth > depthMax) throw new RegexSyntaxError("expression nests too deeply", rest(reader));
  const parts = [sequence(reader)];
  while (take(reader, "|")) parts.push(sequence(reader));
  reader.depth -= 1;
  reader.flags = flags;
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { is: "choice", parts };
}

function sequence(reader: Reader): Tree {
  const parts: Tree[] = [];
  for (let next = peek(reader); next !== undefined && next !== "|" && next !== ")"; next = peek(reader)) {
    const start = reader.at;
    const quotedParts = take(reader, "\\Q") ? quoted(reader) : undefined;
    const part = quotedParts === undefined ? atom(reader) : quotedParts.pop();
    parts.push(...(quotedParts ?? []));
    if (part !== undefined) parts.push(repeated(reader, part, start));
  }
  return { is: "sequence", parts };
}

/** Undefined: flags, which match nothing. */
function atom(reader: Reader): Tree | undefined {
  const next = peek(reader) ?? "";
  switch (next) {
    case "(":
      return group(reader);
    case "[":
      return character(reader, bracketClass(reader));
    case "\\":
      return escape(reader);
    case "*":
    case "+":
    case "?":
      throw new RegexSyntaxError("missing argument to repetition operator", next);
    default:
      reader.at += 1;
      return single(reader, next);
  }
}

function single(reader: Reader, next: string): Tree {
  const { m, s } = reader.flags;
  if (next === "^") return assertion(m ? "lineStart" : "textStart");
  if (next === "$") return assertion(m ? "lineEnd" : "textEnd");
  if (next === ".") return { is: "character", test: s ? () => true : (code) => code !== 10 };
  return character(reader, inRanges([[codeOf(next), codeOf(next)]]));
}

const assertion = (what: Assertion): Tree => ({ is: "assertion", what });
const character = ({ flags }: Reader, test: Test): Tree => ({
  is: "character",
  test: flags.i ? ignoringCase(test) : test,
});

function group(reader: Reader): Tree | undefined {
  const whole = rest(reader);
  const { flags } = reader;
  reader.at += 1;
  if (peek(reader) === "?" && !take(reader, "?:")) {
    const named = /^\?P?<([A-Za-z0-9_]+)>/.exec(rest(reader));
    const changed = /^\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest(reader));
    if (named !== null) reader.at += named[0].length;
    else if (changed === null || changed[0] === "?)")
      throw new RegexSyntaxError("invalid or unsupported Perl syntax", whole.slice(0, 3));
    else {
      reader.at += changed[0].length;
      reader.flags = withFlags(flags, changed[1] ?? "", changed[2] ?? "");
      if (changed[3] === ")") return undefined;
    }
  }
  const tree = choice(reader);
  if (!take(reader, ")")) throw new RegexSyntaxError("missing closing )", reader.text.join(""));
  reader.flags = flags;
  return tree;
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const value = (flag: keyof Flags) => (off.includes(flag) ? false : on.includes(flag) || flags[flag]);
  return { i: value("i"), m: value("m"), s: value("s"), U: value("U") };
}

function repeated(reader: Reader, part: Tree, start: number): Tree {
  const counts = quantifier(reader);
  if (counts === undefined) return part;
  const isLazy = take(reader, "?") !== reader.flags.U;
  const after = reader.at;
  if (quantifier(reader) !== undefined)
    throw new RegexSyntaxError(
      "invalid nested repetition operator",
      reader.text.slice(after - 1, reader.at).join(""),
    );
  const { min, max } = counts;
  if (min > repeatMax || (max !== undefined && (max > repeatMax || max < min)))
    throw new RegexSyntaxError("invalid repeat count", reader.text.slice(start + 1, after).join(""));
  return { is: "repeat", part, min, max, isLazy };
}

function quantifier(reader: Reader): { readonly min: number; readonly max: number | undefined } | undefined {
  if (take(reader, "*")) return { min: 0, max: undefined };
  if (take(reader, "+")) return { min: 1, max: undefined };
  if (take(reader, "?")) return { min: 0, max: 1 };
  const match = peek(reader) === "{" ? /^\{(\d+)(,(\d*))?\}/.exec(rest(reader)) : null;
  if (match === null) return undefined; // A brace that counts nothing stands for itself.
  reader.at += match[0].length;
  const min = Number(match[1]);
  if (match[2] === undefined) return { min, max: min };
  return { min, max: match[3] === "" ? undefined : Number(match[3]) };
}

function escape(reader: Reader): Tree {
  const next = peek(reader, 1);
  const assertions: Readonly<Record<string, Assertion>> = {
    A: "textStart",
    z: "textEnd",
    b: "wordEdge",
    B: "noWordEdge",
  };
  const what = next === undefined ? undefined : assertions[next];
  if (what === undefined) return character(reader, escapedClass(reader) ?? exactly(escapedCode(reader)));
  reader.at += 2;
  return assertion(what);
}

const exactly = (code: number): Test => inRanges([[code, code]]);

/** What stands between `\Q` and `\E`; a repetition behind it means its last character. */
function quoted(reader: Reader): Tree[] {
  const parts: Tree[] = [];
  while (reader.at < reader.text.length && !take(reader, "\\E")) {
    parts.push(character(reader, exactly(codeOf(peek(reader) ?? ""))));
    reader.at += 1;
  }
  return parts;
}

/** `\d`, `\pL`, `\p{Greek}` and their opposites; undefined when it is one character. */
function escapedClass(reader: Reader): Test | undefined {
  const letter = peek(reader, 1) ?? "";
  const perl = perlClasses[letter.toLowerCase()];
  if (perl !== undefined && /[dwsDWS]/.test(letter)) {
    reader.at += 2;
    return letter === letter.toLowerCase() ? inRanges(perl) : not(inRanges(perl));
  }
  if (letter !== "p" && letter !== "P") return undefined;
  const match = /^\\[pP](?:\{(\^?)([^}]*)\}|(.))/su.exec(rest(reader));
  const test = match === null ? undefined : unicodeClass(match[2] ?? match[3] ?? "");
  if (match === null || test === undefined)
    throw new RegexSyntaxError("invalid character class range", match?.[0] ?? rest(reader));
  reader.at += Array.from(match[0]).length;
  return (letter === "P") !== (match[1] === "^") ? not(test) : test;
}

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

function escapedCode(reader: Reader): number {
  const text = rest(reader);
  const next = peek(reader, 1);
  if (next === undefined) throw new RegexSyntaxError("trailing backslash at end of expression", "");
  const hex = /^\\x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))/.exec(text);
  const octal = /^\\(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(text);
  const number = hex ?? octal;
  if (number !== null) {
    const code =
      hex === null ? Number.parseInt(number[0].slice(1), 8) : Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
    if (code > 0x10ffff) throw new RegexSyntaxError("invalid escape sequence", number[0]);
    reader.at += number[0].length;
    return code;
  }
  const control = controls[next];
  if (control === undefined && /[A-Za-z0-9]/.test(next))
    throw new RegexSyntaxError("invalid escape sequence", `\\${next}`);
  reader.at += 2;
  return control ?? codeOf(next);
}

function bracketClass(reader: Reader): Test {
  const whole = rest(reader);
  reader.at += 1;
  const isNegated = take(reader, "^");
  const tests: Test[] = [];
  for (let isFirst = true; isFirst || peek(reader) !== "]"; isFirst = false) {
    if (peek(reader) === undefined) throw new RegexSyntaxError("missing closing ]", whole);
    tests.push(classMember(reader));
  }
  reader.at += 1;
  const test = anyOf(tests);
  return isNegated ? not(reader.flags.i ? ignoringCase(test) : test) : test;
}

function classMember(reader: Reader): Test {
  const posix = /^\[:(\^?)([a-z]+):\]/.exec(rest(reader));
  if (posix !== null) {
    const ranges = posixClasses[posix[2] ?? ""];
    if (ranges === undefined) throw new RegexSyntaxError("invalid character class range", posix[0]);
    reader.at += posix[0].length;
    return posix[1] === "^" ? not(inRanges(ranges)) : inRanges(ranges);
  }
  const named = peek(reader) === "\\" ? escapedClass(reader) : undefined;
  if (named !== undefined) return named;
  const start = reader.at;
  const from = classCode(reader);
  if (peek(reader) !== "-" || peek(reader, 1) === "]" || peek(reader, 1) === undefined) return exactly(from);
  reader.at += 1;
  const to = classCode(reader);
  if (to < from)
    throw new RegexSyntaxError("invalid character class range", reader.text.slice(start, reader.at).join(""));
  return inRanges([[from, to]]);
}

function classCode(reader: Reader): number {
  const next = peek(reader) ?? "";
  if (next === "\\") return escapedCode(reader);
  reader.at += 1;
  return codeOf(next);
}
