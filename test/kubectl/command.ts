/** What a row of the tables of commands is. */
import type { Kubectl } from "./kubectl.ts";

export interface CommandRow {
  readonly title: string;
  /** The first minor version that has the command: 24 for 1.24. */
  readonly since?: number;
  /** Carries the command out and reads back what it did. */
  readonly run: (kubectl: Kubectl) => Promise<void>;
}
