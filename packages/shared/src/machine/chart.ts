/**
 * A machine's definition as plain data: states, edges, guards, delays, descriptions.
 *
 * Made from the machine itself (never by hand); the docs draw it, the dashboard lights it up.
 */
export interface ChartEdge {
  readonly from: string;
  /** Undefined: the edge stays where it is and only acts. */
  readonly to: string | undefined;
  /** The event's name, `done`, `failed`, `after <delay>`, `always`. */
  readonly on: string;
  readonly guard?: string;
  readonly actions: readonly string[];
  readonly description?: string;
}

export interface ChartState {
  /** Dotted path from the root: `reconciling.current`. */
  readonly path: string;
  readonly parent?: string;
  readonly name: string;
  readonly kind: "atomic" | "compound" | "parallel" | "final" | "history";
  readonly initial: boolean;
  readonly description?: string;
  /** The outward face: what the state shows as. */
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly invokes: readonly string[];
  readonly entry: readonly string[];
}

export interface Chart {
  readonly id: string;
  readonly description?: string;
  readonly states: readonly ChartState[];
  /** An edge from the root has `from: ""`. */
  readonly edges: readonly ChartEdge[];
}
