/** THE table of kubectl's commands, in the order in which they are run: later ones build on what earlier ones made. */
import { changing } from "./changing.ts";
import type { CommandRow } from "./command.ts";
import { looking } from "./looking.ts";
import { making } from "./making.ts";
import { ruling } from "./ruling.ts";
import { running } from "./running.ts";
import { workloads } from "./workloads.ts";

export const commands: readonly CommandRow[] = [
  ...making,
  ...looking,
  ...changing,
  ...workloads,
  ...running,
  ...ruling,
];
