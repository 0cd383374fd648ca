/** What can go wrong with an expression, and when. */

/**
 * `compile`: it is no expression, or its types do not fit. `runtime`: it failed for these values. `cost`: it would
 * have taken too long.
 */
export type CelErrorKind = "compile" | "runtime" | "cost";

export class CelError extends Error {
  override readonly name = "CelError";
  readonly kind: CelErrorKind;
  constructor(kind: CelErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

export const failure = (message: string): CelError => new CelError("runtime", message);

export const noSuchOverload = (): CelError => failure("no such overload");
export const noSuchKey = (key: unknown): CelError => failure(`no such key: ${String(key)}`);

/** In the form of Kubernetes' own CEL: the message, the line, and a mark below the place. */
export function compileError(source: string, position: number, message: string): CelError {
  const before = source.slice(0, position);
  const lineNumber = before.split("\n").length;
  const lineStart = before.lastIndexOf("\n") + 1;
  const lineEnd = source.indexOf("\n", position);
  const line = source.slice(lineStart, lineEnd === -1 ? undefined : lineEnd);
  const column = position - lineStart;
  const place = `ERROR: <input>:${lineNumber}:${column + 1}: ${message}`;
  return new CelError("compile", `${place}\n | ${line}\n | ${".".repeat(column)}^`);
}
