/** The rules of files that a pod gets from the API: keys, its own fields, tokens, all of them together. Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { validateLabelSelector } from "../../label-selector.ts";
import { checked, each, validateFileMode, validateFilePath, validateRequired, when } from "../../rules.ts";
import {
  isThere,
  listOf,
  numberOf,
  partOf,
  textOf,
  type Source,
  type SourceRule,
} from "../volumes/one-source.ts";
import { validateFieldRef, validateResourceRef, volumeFieldPaths } from "./validate-downward.ts";

const tokenSecondsMin = 600;
const tokenSecondsMax = 2 ** 32;

/** Which keys become which files. */
export const keysRule = (items: readonly Source[], field: string): readonly Cause[] =>
  each(items, field, keyRule);

function keyRule(item: Source, field: string): readonly Cause[] {
  const path = textOf(item, "path");
  return [
    ...validateRequired(textOf(item, "key"), `${field}.key`),
    ...validateRequired(path, `${field}.path`),
    ...validateFilePath(path, `${field}.path`),
    ...validateFileMode(numberOf(item, "mode"), `${field}.mode`),
  ];
}

/** Kubernetes names no item here. */
function downwardFile(file: Source, field: string): readonly Cause[] {
  const [fieldRef, resourceRef] = [partOf(file, "fieldRef"), partOf(file, "resourceFieldRef")];
  return [
    ...validateRequired(textOf(file, "path"), `${field}.path`),
    ...validateFilePath(textOf(file, "path"), `${field}.path`),
    ...(fieldRef === undefined ? [] : validateFieldRef(fieldRef, volumeFieldPaths, `${field}.fieldRef`)),
    ...when(
      fieldRef !== undefined && resourceRef !== undefined,
      cause.invalid(field, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"),
    ),
    ...(fieldRef === undefined && resourceRef !== undefined
      ? validateResourceRef(resourceRef, `${field}.resourceFieldRef`, true)
      : []),
    ...when(
      fieldRef === undefined && resourceRef === undefined,
      cause.required(field, "one of fieldRef and resourceFieldRef is required"),
    ),
    ...validateFileMode(numberOf(file, "mode"), `${field}.mode`),
  ];
}

export const downwardRule: SourceRule = (source, field) => [
  ...validateFileMode(numberOf(source, "defaultMode"), `${field}.defaultMode`),
  ...listOf(source, "items").flatMap((file) => downwardFile(file, field)),
];

export const projectedRule: SourceRule = (volume, field) => {
  const paths = new Set<string>();
  /** Two sources cannot write one file. */
  const take = (path: string, shown: string): readonly Cause[] => {
    if (path === "") return [];
    if (paths.has(path)) return [cause.invalid(field, shown, "conflicting duplicate paths")];
    paths.add(path);
    return [];
  };
  return [
    ...validateFileMode(numberOf(volume, "defaultMode"), `${field}.defaultMode`),
    ...each(listOf(volume, "sources"), `${field}.sources`, (source, at) => [
      ...keyed(source, "secret", at, take),
      ...keyed(source, "configMap", at, take),
      ...downward(source, at, take),
      ...token(source, at, field),
      ...trustBundle(source, at, take),
      ...when(
        sourceNames.filter((name) => isThere(source[name])).length > 1,
        cause.forbidden(at, "may not specify more than 1 volume type per source"),
      ),
    ]),
  ];
};

const sourceNames = ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle"];

type Take = (path: string, shown: string) => readonly Cause[];

function keyed(source: Source, name: "secret" | "configMap", at: string, take: Take): readonly Cause[] {
  const part = partOf(source, name);
  if (part === undefined) return [];
  return [
    ...validateRequired(textOf(part, "name"), `${at}.${name}.name`),
    ...each(listOf(part, "items"), `${at}.${name}.items`, (item, itemAt) => [
      ...keyRule(item, itemAt),
      ...take(textOf(item, "path"), textOf(part, "name")),
    ]),
  ];
}

function downward(source: Source, at: string, take: Take): readonly Cause[] {
  const part = partOf(source, "downwardAPI");
  return listOf(part ?? {}, "items").flatMap((file) => [
    ...downwardFile(file, `${at}.downwardAPI`),
    ...take(textOf(file, "path"), textOf(file, "path")),
  ]);
}

function token(source: Source, at: string, field: string): readonly Cause[] {
  const part = partOf(source, "serviceAccountToken");
  if (part === undefined) return [];
  const seconds = numberOf(part, "expirationSeconds") ?? 0;
  const secondsField = `${at}.serviceAccountToken.expirationSeconds`;
  const path = textOf(part, "path");
  return [
    ...when(
      seconds < tokenSecondsMin,
      cause.invalid(secondsField, seconds, "may not specify a duration less than 10 minutes"),
    ),
    ...when(
      seconds > tokenSecondsMax,
      cause.invalid(secondsField, seconds, "may not specify a duration larger than 2^32 seconds"),
    ),
    ...(path === "" ? [cause.required(`${field}.path`)] : validateFilePath(path, `${field}.path`)),
  ];
}

function trustBundle(source: Source, at: string, take: Take): readonly Cause[] {
  const bundle = partOf(source, "clusterTrustBundle");
  if (bundle === undefined) return [];
  const field = `${at}.clusterTrustBundle`;
  const path = textOf(bundle, "path");
  return [
    ...bundleChoice(bundle, field),
    ...validateRequired(path, `${field}.path`),
    ...validateFilePath(path, `${field}.path`),
    ...take(path, path),
  ];
}

function bundleChoice(bundle: Source, field: string): readonly Cause[] {
  const [name, signer] = [textOf(bundle, "name"), textOf(bundle, "signerName")];
  const [hasName, hasSigner] = [isThere(bundle["name"]), isThere(bundle["signerName"])];
  const selector = partOf(bundle, "labelSelector");
  if (hasName && hasSigner) {
    return [cause.invalid(field, bundle, "only one of name and signerName may be used")];
  }
  if (hasName) {
    return [
      ...when(name === "", cause.required(`${field}.name`, "must be a valid object name")),
      // Names of bundles of a signer have its name in front: `example.com:mysigner:a`.
      ...checked((text) => dnsSubdomain(text.replaceAll(":", ".")), name, `${field}.name`),
      ...when(
        selector !== undefined,
        cause.invalid(`${field}.labelSelector`, selector, "labelSelector must be unset if name is specified"),
      ),
    ];
  }
  if (!hasSigner) return [cause.required(field, "either name or signerName must be specified")];
  return [
    ...when(signer === "", cause.required(`${field}.signerName`, "must be a valid signer name")),
    ...when(
      !/^[^/]+\/[^/]+$/.test(signer),
      cause.invalid(
        `${field}.signerName`,
        signer,
        "must be a fully qualified domain and path of the form 'example.com/signer-name'",
      ),
    ),
    ...(selector === undefined ? [] : validateLabelSelector(selector, `${field}.labelSelector`)),
  ];
}
