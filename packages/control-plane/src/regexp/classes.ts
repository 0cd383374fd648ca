/** Which characters a class such as `[a-z]`, `\d` or `\p{Greek}` stands for. Pure. */
import type { Range, Test } from "./tree.ts";

const digit: readonly Range[] = [[48, 57]];
const word: readonly Range[] = [...digit, [65, 90], [95, 95], [97, 122]];
const space: readonly Range[] = [
  [9, 10],
  [12, 13],
  [32, 32],
];

/** `\d` and its like. */
export const perlClasses: Readonly<Record<string, readonly Range[]>> = { d: digit, w: word, s: space };

/** `[[:alpha:]]` and its like. */
export const posixClasses: Readonly<Record<string, readonly Range[]>> = {
  alnum: [...digit, [65, 90], [97, 122]],
  alpha: [
    [65, 90],
    [97, 122],
  ],
  ascii: [[0, 127]],
  blank: [
    [9, 9],
    [32, 32],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  digit,
  graph: [[33, 126]],
  lower: [[97, 122]],
  print: [[32, 126]],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  space: [
    [9, 13],
    [32, 32],
  ],
  upper: [[65, 90]],
  word,
  xdigit: [...digit, [65, 70], [97, 102]],
};

export const inRanges =
  (ranges: readonly Range[]): Test =>
  (codePoint) =>
    ranges.some(([from, to]) => codePoint >= from && codePoint <= to);

export const not =
  (test: Test): Test =>
  (codePoint) =>
    !test(codePoint);

export const anyOf =
  (tests: readonly Test[]): Test =>
  (codePoint) =>
    tests.some((test) => test(codePoint));

/** The same, whatever the case. */
export function ignoringCase(test: Test): Test {
  return (codePoint) => {
    if (test(codePoint)) return true;
    const character = String.fromCodePoint(codePoint);
    return [character.toLowerCase(), character.toUpperCase()].some((other) => {
      const [first, ...rest] = Array.from(other);
      return rest.length === 0 && first !== undefined && test(first.codePointAt(0) ?? -1);
    });
  };
}

/** A Unicode category or script, or undefined when there is none of that name. */
export function unicodeClass(name: string): Test | undefined {
  if (!/^[A-Za-z_]+$/.test(name)) return undefined;
  for (const property of [name, `Script=${name}`]) {
    try {
      // One character at a time: nothing to go back in.
      const pattern = new RegExp(`^\\p{${property}}$`, "u");
      return (codePoint) => pattern.test(String.fromCodePoint(codePoint));
    } catch {
      continue; // Not of this sort.
    }
  }
  return undefined;
}
