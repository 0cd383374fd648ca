/** The users that stand for boards: `system:node:<name>` in the group `system:nodes`. Pure. */
import type { User } from "../request.ts";

const prefix = "system:node:";
const group = "system:nodes";

export const nodeUser = (node: string): User => ({
  name: `${prefix}${node}`,
  groups: [group, "system:authenticated"],
});

/** The board that a user stands for, or undefined. */
export const nodeOfUser = ({ name, groups }: User): string | undefined =>
  groups.includes(group) && name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
