/** What a job's conditions say. Pure. */
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { Job } from "@kubus/shared/api/batch.ts";

/** The condition of this type, if it holds. */
export const conditionOf = ({ status }: Job, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type && condition.status === "True");

/** How it ended, if it did. */
export const endOf = (job: Job): Condition | undefined =>
  conditionOf(job, "Complete") ?? conditionOf(job, "Failed");
