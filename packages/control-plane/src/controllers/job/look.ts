/** What a look at a job comes to: the state of its life, why, and until when. Pure; from the same survey as the plan. */
import type { Job } from "@kubus/shared/api/batch.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { Look } from "../engine/life.ts";
import { controllerOf } from "@kubus/shared/api/meta.ts";
import { needsOf } from "./needs.ts";
import { isSuspended } from "./pods.ts";
import { isManagedElsewhere, type JobView } from "./reconcile.ts";
import { surveyOf, type Survey } from "./survey.ts";
import { endOf } from "./conditions.ts";
import { deadlineOf, verdictOf } from "./verdict.ts";

export function classify({ job, pods, now }: JobView): Look | undefined {
  if (job === undefined) return undefined;
  if (isManagedElsewhere(job))
    return { type: "job.handedOver", why: `managed by ${job.spec.managedBy ?? ""}` };
  const end = endOf(job);
  if (end !== undefined)
    return { type: end.type === "Failed" ? "job.failed" : "job.completed", why: end.message ?? "" };
  const owned = pods.filter((pod) => controllerOf(pod)?.uid === job.metadata.uid);
  return lookAtWork(surveyOf(job, owned, now));
}

function lookAtWork(survey: Survey): Look {
  const { job, now } = survey;
  const verdict = verdictOf(survey);
  if (verdict !== undefined) {
    const type = verdict.type === "FailureTarget" ? "job.gaveUp" : "job.succeeded";
    return { type, why: `${verdict.message}; ${podsLeft(survey)}` };
  }
  if (job.metadata.deletionTimestamp !== undefined) return { type: "job.deleted", why: podsLeft(survey) };
  if (isSuspended(job)) return { type: "job.suspended", why: `spec.suspend is true; ${podsLeft(survey)}` };
  const deadline = deadlineOf(job) ?? Number.POSITIVE_INFINITY;
  const { waitMs } = needsOf(survey);
  if (waitMs > 0) {
    const why = `${survey.failed} failed; the next pod is made at ${timestamp(now + waitMs)}`;
    return { type: "pod.failed", why, dueInMs: Math.min(waitMs, deadline - now) };
  }
  const dueInMs = deadline - now;
  return { type: "job.worked", why: progressOf(survey), ...(Number.isFinite(dueInMs) ? { dueInMs } : {}) };
}

const podsLeft = ({ active, terminating }: Survey): string =>
  active.length + terminating.length === 0
    ? "no pod is left"
    : `${active.length + terminating.length} pods are still to end`;

function progressOf({ job, succeeded, failed, active }: Survey): string {
  const wanted = totalOf(job);
  return `${succeeded}${wanted} succeeded, ${failed} failed, ${active.length} active`;
}

const totalOf = ({ spec }: Job): string => (spec.completions === undefined ? "" : ` of ${spec.completions}`);
