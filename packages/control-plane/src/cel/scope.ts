/** What names mean at one place of an expression, and the values that they have when it is evaluated. */
import type { CelFunction } from "./functions.ts";
import type { Meter } from "./meter.ts";
import type { Node } from "./syntax.ts";
import type { CelType } from "./types.ts";
import type { CelValue } from "./values.ts";

/** Values of the names that macros bind, innermost first. */
export interface Frame {
  readonly value: CelValue;
  readonly outer: Frame | undefined;
}

/** One evaluation. */
export interface Run {
  /** Throws when a variable was not given. */
  readonly variable: (name: string) => CelValue;
  readonly meter: Meter;
}

export type Evaluate = (run: Run, frame: Frame | undefined) => CelValue;

/** A part of an expression that was understood. */
export interface Part {
  readonly type: CelType;
  readonly evaluate: Evaluate;
}

export interface Local {
  readonly name: string;
  readonly type: CelType;
}

export interface Scope {
  readonly source: string;
  readonly variables: Readonly<Record<string, CelType>>;
  readonly functions: (name: string, isMethod: boolean) => readonly CelFunction[];
  /** Innermost last. */
  readonly locals: readonly Local[];
  /** Understands a part of the expression within a scope. */
  readonly understand: (node: Node, scope: Scope) => Part;
}

export const withLocals = (scope: Scope, ...locals: readonly Local[]): Scope => ({
  ...scope,
  locals: [...scope.locals, ...locals],
});
