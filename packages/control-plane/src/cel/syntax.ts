/**
 * Reads an expression. The library's parser does it; its evaluator is not used: it cannot be metered, and its functions
 * cannot be replaced by Kubernetes'.
 */
import { Environment, ParseError, type ASTNode } from "@marcbachmann/cel-js";
import { CelError, compileError } from "./errors.ts";
import { celLimits } from "./meter.ts";

export type Node = ASTNode;

const parser = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  limits: {
    maxAstNodes: celLimits.astNodesMax,
    maxDepth: celLimits.astDepthMax,
    maxListElements: 10_000,
    maxMapEntries: 10_000,
    maxCallArguments: 64,
  },
});

/** Throws a `CelError` of kind `compile`. */
export function parse(source: string): Node {
  if (source.length > celLimits.sourceBytesMax)
    throw new CelError(
      "compile",
      `ERROR: <input>:1:1: expression code point size exceeds limit: size: ${source.length}, limit ${celLimits.sourceBytesMax}`,
    );
  try {
    return parser.parse(source).ast;
  } catch (error) {
    if (error instanceof ParseError)
      throw compileError(source, error.range?.start ?? source.length, `Syntax error: ${error.summary}`);
    throw error;
  }
}

/** Where the checker of Kubernetes points for a node: at the operator, the dot, the bracket of a call. */
export function placeOf(node: Node): number {
  const { input } = node;
  switch (node.op) {
    case ".":
    case ".?":
      return Math.max(input.lastIndexOf(".", node.pos), node.start);
    case "call":
      return input.indexOf("(", node.start);
    case "rcall":
      return input.indexOf("(", node.args[1].end);
    case "value":
    case "id":
    case "list":
    case "map":
    case "!_":
    case "-_":
      return node.start;
    case "[]":
    case "[?]":
      return input.indexOf("[", node.args[0].end);
    case "?:":
      return input.indexOf("?", node.args[0].end);
    default:
      return input.indexOf(node.op, node.args[0].end);
  }
}
