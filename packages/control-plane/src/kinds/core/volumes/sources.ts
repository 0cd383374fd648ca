/** What sources of volumes need, in pods and in persistent volumes alike (core validation). Pure. */
import { dnsLabel, dnsSubdomain } from "../../../api/names.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import {
  checked,
  checkedIfSaid,
  checkedName,
  validateBetween,
  validateChoiceIfSaid,
  validateNoBacksteps,
  validateRequired,
  when,
} from "../../rules.ts";
import {
  allOf,
  isThere,
  listOf,
  needs,
  numberOf,
  textOf,
  type Source,
  type SourceRule,
} from "./one-source.ts";

const hostPathTypes = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];
const uint8Max = 255;
const driverNameBytesMax = 63;
const tenantLengthMax = 64;

export const hostPathRule: SourceRule = (source, field) => {
  const path = textOf(source, "path");
  if (path === "") return [cause.required(`${field}.path`)];
  return [
    ...validateNoBacksteps(path, `${field}.path`),
    ...validateChoiceIfSaid(textOf(source, "type"), hostPathTypes, `${field}.type`),
  ];
};

export const localRule: SourceRule = (source, field) => {
  const path = textOf(source, "path");
  return path === "" ? [cause.required(`${field}.path`)] : validateNoBacksteps(path, `${field}.path`);
};

export const nfsRule: SourceRule = (source, field, place) => [
  ...needs("server", "path")(source, field, place),
  ...when(
    !textOf(source, "path").startsWith("/"),
    cause.invalid(`${field}.path`, textOf(source, "path"), "must be an absolute path"),
  ),
];

const partitionRule: SourceRule = (source, field) => {
  const partition = numberOf(source, "partition") ?? 0;
  return when(
    partition < 0 || partition > uint8Max,
    cause.invalid(`${field}.partition`, partition, "must be between 1 and 255, inclusive"),
  );
};

export const gceDiskRule = allOf(needs("pdName"), partitionRule);
export const awsDiskRule = allOf(needs("volumeID"), partitionRule);

/** `wantsFormat`: what is said of a name that is of no known format. */
export const iscsiRule =
  (wantsFormat: string): SourceRule =>
  (source, field) => {
    const wantsSecret = source["chapAuthDiscovery"] === true || source["chapAuthSession"] === true;
    const initiator = isThere(source["initiatorName"]) ? textOf(source, "initiatorName") : undefined;
    const iqn = textOf(source, "iqn");
    return [
      ...validateRequired(textOf(source, "targetPortal"), `${field}.targetPortal`),
      ...(iqn === "" ? [cause.required(`${field}.iqn`)] : initiatorName(iqn, `${field}.iqn`, wantsFormat)),
      ...validateBetween(numberOf(source, "lun") ?? 0, 0, uint8Max, `${field}.lun`),
      ...when(wantsSecret && !isThere(source["secretRef"]), cause.required(`${field}.secretRef`)),
      ...(initiator === undefined ? [] : initiatorName(initiator, `${field}.initiatorname`, wantsFormat)),
    ];
  };

const initiatorFormats: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
};

function initiatorName(name: string, field: string, wantsFormat: string): readonly Cause[] {
  const format = initiatorFormats[name.slice(0, 3)];
  if (format === undefined) return [cause.invalid(field, name, wantsFormat)];
  return when(!format.test(name), cause.invalid(field, name, "must be valid format"));
}

export const flockerRule: SourceRule = (source, field) => {
  const [name, uuid] = [textOf(source, "datasetName"), textOf(source, "datasetUUID")];
  return [
    ...when(
      name === "" && uuid === "",
      cause.required(field, "one of datasetName and datasetUUID is required"),
    ),
    ...when(
      name !== "" && uuid !== "",
      cause.invalid(field, "resource", "datasetName and datasetUUID can not be specified simultaneously"),
    ),
    ...when(name.includes("/"), cause.invalid(`${field}.datasetName`, name, "must not contain '/'")),
  ];
};

export const rbdRule: SourceRule = (source, field, place) => [
  ...monitorsRule(source, field, place),
  ...validateRequired(textOf(source, "image"), `${field}.image`),
];

export const monitorsRule: SourceRule = (source, field) =>
  when(listOf(source, "monitors").length === 0, cause.required(`${field}.monitors`));

const pairs = "must be a host:port pair or multiple pairs separated by commas";

export const quobyteRule: SourceRule = (source, field) => {
  const registry = textOf(source, "registry");
  const isTenantLong = textOf(source, "tenant").length > tenantLengthMax;
  const wrongPairs = registry.split(",").filter((pair) => !/^(\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/.test(pair));
  const ofRegistry =
    registry === ""
      ? [cause.required(`${field}.registry`, pairs)]
      : isTenantLong
        ? [cause.required(`${field}.tenant`, "must be a UUID and may not exceed a length of 64 characters")]
        : wrongPairs.map(() => cause.invalid(`${field}.registry`, registry, pairs));
  return [...ofRegistry, ...validateRequired(textOf(source, "volume"), `${field}.volume`)];
};

export const fcRule: SourceRule = (source, field) => {
  const [names, ids] = [listOf(source, "targetWWNs"), listOf(source, "wwids")];
  const lun = numberOf(source, "lun");
  return [
    ...when(
      names.length === 0 && ids.length === 0,
      cause.required(`${field}.targetWWNs`, "must specify either targetWWNs or wwids, but not both"),
    ),
    ...when(
      names.length > 0 && ids.length > 0,
      cause.invalid(`${field}.targetWWNs`, names, "targetWWNs and wwids can not be specified simultaneously"),
    ),
    ...when(
      names.length > 0 && lun === undefined,
      cause.required(`${field}.lun`, "lun is required if targetWWNs is specified"),
    ),
    ...(names.length > 0 ? validateBetween(lun, 0, uint8Max, `${field}.lun`) : []),
  ];
};

export const flexRule: SourceRule = (source, field) => {
  const options = Object.keys(source["options"] ?? {});
  const isReserved = (key: string) =>
    /\.(kubernetes|k8s)\.io$/.test(
      `.${(key.includes("/") ? key.slice(0, key.indexOf("/")) : key).toLowerCase()}`,
    );
  return [
    ...validateRequired(textOf(source, "driver"), `${field}.driver`),
    ...options
      .filter(isReserved)
      .map((key) =>
        cause.invalid(`${field}.options[${key}]`, key, "kubernetes.io and k8s.io namespaces are reserved"),
      ),
  ];
};

const managed =
  "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
const blob = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";

export const azureDiskRule: SourceRule = (source, field, place) => {
  const [kind, uri] = [textOf(source, "kind"), textOf(source, "diskURI")];
  const isManaged = kind === "Managed";
  return [
    ...needs("diskName", "diskURI")(source, field, place),
    ...choiceOf(source, "cachingMode", ["None", "ReadOnly", "ReadWrite"], field),
    ...choiceOf(source, "kind", ["Dedicated", "Managed", "Shared"], field),
    ...when(
      isManaged && !uri.startsWith("/subscriptions/"),
      cause.notSupported(`${field}.diskURI`, uri, [managed]),
    ),
    ...when(
      kind !== "" && !isManaged && !uri.startsWith("https://"),
      cause.notSupported(`${field}.diskURI`, uri, [blob]),
    ),
  ];
};

const choiceOf = (source: Source, name: string, choices: readonly string[], field: string) =>
  validateChoiceIfSaid(isThere(source[name]) ? textOf(source, name) : undefined, choices, `${field}.${name}`);

export const storageOsRule: SourceRule = (source, field) => [
  ...checkedName(dnsLabel, textOf(source, "volumeName"), `${field}.volumeName`),
  ...checkedIfSaid(dnsLabel, textOf(source, "volumeNamespace"), `${field}.volumeNamespace`),
];

/** Names of CSI drivers, also in other kinds. */
export const validateDriverName = (driver: string, field: string): readonly Cause[] => [
  ...validateRequired(driver, field),
  ...when(driver.length > driverNameBytesMax, cause.tooLong(field, driverNameBytesMax)),
  ...checked((name) => dnsSubdomain(name.toLowerCase()), driver, field),
];
