/** The rules of events (core validation), whatever group they are written through. Pure. */
import type { Event } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, when } from "../../rules.ts";

const wordBytesMax = 128;
const noteBytesMax = 1024;

type Reported = Received<Event & { readonly action: string }>;

/** An event with a time of its own says who reports what; older clients are asked less. */
export const validateEvent = (event: Reported): readonly Cause[] =>
  (event.eventTime ?? "") === "" ? validatePlace(event) : validateReport(event);

const mismatch = (about: string): Cause =>
  cause.invalid("involvedObject.namespace", about, "does not match event.namespace");

/** Events of cluster-scoped objects live in `default`; all others beside their object. */
function validatePlace({ metadata, involvedObject }: Reported): readonly Cause[] {
  const about = involvedObject?.namespace ?? "";
  return when((metadata?.namespace ?? "") !== (about || "default"), mismatch(about));
}

function validateReport(event: Reported): readonly Cause[] {
  const { reportingComponent = "", reportingInstance = "", action = "", reason = "", message = "" } = event;
  const isOfCluster = (event.involvedObject?.namespace ?? "") === "";
  const { namespace = "" } = event.metadata ?? {};
  return [
    ...when(isOfCluster && !["default", "kube-system"].includes(namespace), mismatch("")),
    ...when(reportingComponent === "", cause.required("reportingController")),
    ...checked(qualifiedName, reportingComponent, "reportingController"),
    ...validateWord(reportingInstance, "reportingInstance"),
    ...validateWord(action, "action"),
    ...validateWord(reason, "reason"),
    ...validateLength(message, noteBytesMax, "message"),
  ];
}

const validateWord = (word: string, field: string): readonly Cause[] => [
  ...when(word === "", cause.required(field)),
  ...validateLength(word, wordBytesMax, field),
];

const validateLength = (text: string, bytesMax: number, field: string): readonly Cause[] =>
  when(
    new TextEncoder().encode(text).length > bytesMax,
    cause.invalid(field, "", `can have at most ${bytesMax} characters`),
  );
