/** The rules of volumes: a name, exactly one source, and what each source needs. Pure. */
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { validateInside } from "../../rules.ts";
import type { KeyToPath, Volume } from "./parts.ts";

const media = ["", "Memory"];
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

export function validateVolumes(volumes: readonly Volume[], field: string): readonly Cause[] {
  const names = volumes.map(({ name = "" }) => name);
  return volumes.flatMap((volume, i) => {
    const { name = "", ...rest } = volume;
    const wrongName = name === "" ? undefined : dnsLabel(name);
    const sources = Object.entries(rest).filter(([, source]) => source !== undefined);
    return [
      ...(name === "" ? [cause.required(`${field}[${i}].name`)] : []),
      ...(wrongName === undefined ? [] : [cause.invalid(`${field}[${i}].name`, name, wrongName)]),
      ...(name !== "" && names.indexOf(name) < i ? [cause.duplicate(`${field}[${i}].name`, name)] : []),
      ...sources
        .slice(1)
        .map(([source]) =>
          cause.forbidden(`${field}[${i}].${source}`, "may not specify more than 1 volume type"),
        ),
      ...(sources.length === 0 ? [cause.required(`${field}[${i}]`, "must specify a volume type")] : []),
      ...validateSource(volume, `${field}[${i}]`),
    ];
  });
}

function validateSource(volume: Volume, field: string): readonly Cause[] {
  const { configMap, secret, hostPath, persistentVolumeClaim: claim, nfs, projected } = volume;
  return [
    ...needed(configMap, configMap?.name, `${field}.configMap.name`),
    ...needed(secret, secret?.secretName, `${field}.secret.secretName`),
    ...needed(claim, claim?.claimName, `${field}.persistentVolumeClaim.claimName`),
    ...needed(hostPath, hostPath?.path, `${field}.hostPath.path`),
    ...needed(nfs, nfs?.server, `${field}.nfs.server`),
    ...needed(nfs, nfs?.path, `${field}.nfs.path`),
    ...(hostPath?.path?.split("/").includes("..") === true
      ? [cause.invalid(`${field}.hostPath.path`, hostPath.path, "must not contain '..'")]
      : []),
    ...(hostPath !== undefined && !hostPathTypes.includes(hostPath.type ?? "")
      ? [cause.notSupported(`${field}.hostPath.type`, hostPath.type, hostPathTypes)]
      : []),
    ...validateItems(configMap?.items ?? [], `${field}.configMap.items`),
    ...validateItems(secret?.items ?? [], `${field}.secret.items`),
    ...validateEmptyDir(volume, `${field}.emptyDir`),
    ...(projected?.sources ?? []).flatMap(({ configMap, secret, serviceAccountToken: token }, i) => [
      ...needed(configMap, configMap?.name, `${field}.projected.sources[${i}].configMap.name`),
      ...needed(secret, secret?.name, `${field}.projected.sources[${i}].secret.name`),
      ...needed(token, token?.path, `${field}.projected.sources[${i}].serviceAccountToken.path`),
    ]),
  ];
}

const needed = (source: object | undefined, value: string | undefined, field: string): readonly Cause[] =>
  source !== undefined && !value ? [cause.required(field)] : [];

function validateItems(items: readonly KeyToPath[], field: string): readonly Cause[] {
  return items.flatMap(({ key = "", path = "", mode }, i) => [
    ...(key === "" ? [cause.required(`${field}[${i}].key`)] : []),
    ...(path === "" ? [cause.required(`${field}[${i}].path`)] : validateInside(path, `${field}[${i}].path`)),
    ...(mode !== undefined && (mode < 0 || mode > 0o777)
      ? [
          cause.invalid(
            `${field}[${i}].mode`,
            mode,
            "must be a number between 0 and 0777 (octal), both inclusive",
          ),
        ]
      : []),
  ]);
}

function validateEmptyDir({ emptyDir }: Volume, field: string): readonly Cause[] {
  if (emptyDir === undefined) return [];
  const { medium = "", sizeLimit } = emptyDir;
  const isHuge = medium.startsWith("HugePages");
  const bytes = sizeLimit === undefined ? 0n : parseQuantity(sizeLimit);
  return [
    ...(media.includes(medium) || isHuge
      ? []
      : [cause.notSupported(`${field}.medium`, medium, [...media, "HugePages"])]),
    ...(bytes === undefined || bytes < 0n
      ? [cause.forbidden(`${field}.sizeLimit`, "SizeLimit field must be a valid resource quantity")]
      : []),
  ];
}
