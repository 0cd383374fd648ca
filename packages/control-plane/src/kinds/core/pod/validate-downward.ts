/** The rules of references from a pod to its own fields and resources (core validation). Pure. */
import { canonicalQuantity, parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { checked, when } from "../../rules.ts";
import { textOf, type Source } from "../volumes/one-source.ts";

export const environmentFieldPaths = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];
export const volumeFieldPaths = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];
const readablePaths = [
  ...environmentFieldPaths,
  ...volumeFieldPaths,
  "spec.host",
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.phase",
];
const maps = ["metadata.annotations", "metadata.labels"];

export function validateFieldRef(ref: Source, allowed: readonly string[], field: string): readonly Cause[] {
  const [apiVersion, fieldPath] = [textOf(ref, "apiVersion"), textOf(ref, "fieldPath")];
  const at = `${field}.fieldPath`;
  if (apiVersion === "") return [cause.required(`${field}.apiVersion`)];
  if (fieldPath === "") return [cause.required(at)];
  const { path, key } = parsed(fieldPath);
  const why = unreadable(apiVersion, fieldPath);
  if (why !== undefined) return [cause.invalid(at, fieldPath, `error converting fieldPath: ${why}`)];
  if (key === undefined) {
    const known = path === "spec.host" ? "spec.nodeName" : path;
    return when(!allowed.includes(known), cause.notSupported(at, known, allowed));
  }
  return checked(qualifiedName, path === "metadata.annotations" ? key.toLowerCase() : key, field);
}

/** `metadata.labels['app']` → its path and its key. */
function parsed(fieldPath: string): { readonly path: string; readonly key?: string } {
  const match = /^(.+?)\['([\s\S]*)'\]$/.exec(fieldPath);
  return match === null ? { path: fieldPath } : { path: match[1] ?? "", key: match[2] ?? "" };
}

function unreadable(apiVersion: string, fieldPath: string): string | undefined {
  if (apiVersion !== "v1") return `unsupported pod version: ${apiVersion}`;
  const { path, key } = parsed(fieldPath);
  if (key !== undefined)
    return maps.includes(path) ? undefined : `field label does not support subscript: ${fieldPath}`;
  return readablePaths.includes(path) ? undefined : `field label not supported: ${fieldPath}`;
}

const resources = ["limits", "requests"].flatMap((list) =>
  ["cpu", "ephemeral-storage", "memory"].map((resource) => `${list}.${resource}`),
);
const isHugePages = (resource: string) => /^(limits|requests)\.hugepages-/.test(resource);

const cpuDivisors = ["1", "1m"];
const byteDivisors = [
  "1",
  ..."kMGTPE".split("").map((unit) => `1${unit}`),
  ..."KMGTPE".split("").map((unit) => `1${unit}i`),
];
const byteDivisorsText = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";

/** `namesContainer`: outside of a container it has to be said whose resources are meant. */
export function validateResourceRef(ref: Source, field: string, namesContainer: boolean): readonly Cause[] {
  const resource = textOf(ref, "resource");
  return [
    ...(namesContainer && textOf(ref, "containerName") === ""
      ? [cause.required(`${field}.containerName`)]
      : resource === ""
        ? [cause.required(`${field}.resource`)]
        : when(
            !resources.includes(resource) && !isHugePages(resource),
            cause.notSupported(`${field}.resource`, resource, resources),
          )),
    ...validateDivisor(resource, textOf(ref, "divisor") || "0", `${field}.divisor`),
  ];
}

function validateDivisor(resource: string, divisor: string, field: string): readonly Cause[] {
  if ((parseQuantity(divisor) ?? 0n) === 0n) return [];
  const wants = (divisors: readonly string[], text: string, what: string) =>
    when(
      !divisors.includes(canonicalQuantity(divisor) ?? ""),
      cause.invalid(field, resource, `only divisor's values ${text} are supported with the ${what} resource`),
    );
  if (resource.endsWith(".cpu")) return wants(cpuDivisors, "1m and 1", "cpu");
  if (resource.endsWith(".memory")) return wants(byteDivisors, byteDivisorsText, "memory");
  if (resource.endsWith(".ephemeral-storage"))
    return wants(byteDivisors, byteDivisorsText, "local ephemeral storage");
  return isHugePages(resource) ? wants(byteDivisors, byteDivisorsText, "hugepages") : [];
}
