/** A regular expression as a tree. Its syntax is Go's (RE2): nothing in it needs to go back in the text. */

/** Code points from-to, both inclusive. */
export type Range = readonly [number, number];

export type Test = (codePoint: number) => boolean;

export type Assertion = "lineStart" | "lineEnd" | "textStart" | "textEnd" | "wordEdge" | "noWordEdge";

export type Tree =
  | { readonly is: "nothing" }
  | { readonly is: "character"; readonly test: Test }
  | { readonly is: "assertion"; readonly what: Assertion }
  | { readonly is: "sequence"; readonly parts: readonly Tree[] }
  | { readonly is: "choice"; readonly parts: readonly Tree[] }
  | {
      readonly is: "repeat";
      readonly part: Tree;
      readonly min: number;
      /** Undefined: without end. */
      readonly max: number | undefined;
      readonly isLazy: boolean;
    };

export class RegexSyntaxError extends Error {
  override readonly name = "RegexSyntaxError";
  constructor(why: string, what: string) {
    super(`error parsing regexp: ${why}: \`${what}\``);
  }
}
