/** The rules of a pod's volumes: a name, exactly one source, and what each source needs (core validation). Pure. */
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, dnsSubdomain } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import {
  checked,
  checkedName,
  each,
  validateChoice,
  validateFileMode,
  validateInside,
  when,
} from "../../rules.ts";
import { validateClaimTemplate } from "../persistentvolumeclaim/validate-template.ts";
import {
  allOf,
  isThere,
  listOf,
  needs,
  numberOf,
  partOf,
  secretBy,
  textOf,
  validateOneSource,
  type Source,
  type SourceRow,
  type SourceRule,
} from "../volumes/one-source.ts";
import {
  awsDiskRule,
  azureDiskRule,
  fcRule,
  flexRule,
  flockerRule,
  gceDiskRule,
  hostPathRule,
  iscsiRule,
  monitorsRule,
  nfsRule,
  quobyteRule,
  rbdRule,
  storageOsRule,
  validateDriverName,
} from "../volumes/sources.ts";
import { downwardRule, keysRule, projectedRule } from "./validate-projected.ts";

const portalAndNameMax = 64;
const pullPolicies = ["Always", "IfNotPresent", "Never"];

/** Volumes by name, as far as they are sound: what else refers to them finds the others not there. */
export type SoundVolumes = ReadonlyMap<string, Source>;

export interface CheckedVolumes {
  readonly causes: readonly Cause[];
  readonly sound: SoundVolumes;
}

/** `podName`: of pods themselves, not of templates. */
export function validateVolumes(
  volumes: readonly Source[],
  field: string,
  { podName = "", isPod }: { readonly podName?: string | undefined; readonly isPod: boolean },
): CheckedVolumes {
  const sound = new Map<string, Source>();
  const made = volumes.flatMap((volume) =>
    podName !== "" && isThere(volume["ephemeral"]) ? [`${podName}-${textOf(volume, "name")}`] : [],
  );
  const rows = rowsFor(isPod);
  const causes = each(volumes, field, (volume, at) => {
    const name = textOf(volume, "name");
    const place = { volumeName: name, ...(podName === "" ? {} : { podName }) };
    const wrong = [
      ...validateOneSource(rows, volume, at, place),
      ...checkedName(dnsLabel, name, `${at}.name`),
      ...when(sound.has(name), cause.duplicate(`${at}.name`, name)),
    ];
    if (wrong.length === 0) sound.set(name, volume);
    return [...wrong, ...validateClaimName(volume, made, at)];
  });
  return { causes, sound };
}

function validateClaimName(volume: Source, made: readonly string[], field: string): readonly Cause[] {
  const claim = textOf(partOf(volume, "persistentVolumeClaim") ?? {}, "claimName");
  const why = "must not reference a PVC that gets created for an ephemeral volume";
  return when(made.includes(claim), cause.invalid(`${field}.persistentVolumeClaim.claimName`, claim, why));
}

const emptyDirRule: SourceRule = (source, field) => {
  const limit = source["sizeLimit"];
  const isWrong = isThere(limit) && (parseQuantity(String(limit)) ?? -1n) < 0n;
  const why = "SizeLimit field must be a valid resource quantity";
  return when(isWrong, cause.forbidden(`${field}.sizeLimit`, why));
};

const gitRepoRule: SourceRule = (source, field, place) => [
  ...needs("repository")(source, field, place),
  ...validateInside(textOf(source, "directory"), `${field}.directory`),
];

const portalRule: SourceRule = (source, field, { volumeName }) => {
  const portal = textOf(source, "targetPortal");
  const tooLong =
    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
  return when(
    isThere(source["initiatorName"]) && `${volumeName}:${portal}`.length > portalAndNameMax,
    cause.invalid(field.replace(/iscsi$/, "name"), volumeName, tooLong),
  );
};

/** A config map or a secret as files. */
const filesOf =
  (name: string): SourceRule =>
  (source, field, place) => [
    ...needs(name)(source, field, place),
    ...validateFileMode(numberOf(source, "defaultMode"), `${field}.defaultMode`),
    ...keysRule(listOf(source, "items"), `${field}.items`),
  ];

const csiRule: SourceRule = (source, field) => {
  const secret = partOf(source, "nodePublishSecretRef");
  const name = textOf(secret ?? {}, "name");
  return [
    ...validateDriverName(textOf(source, "driver"), `${field}.driver`),
    ...(secret === undefined
      ? []
      : name === ""
        ? [cause.required(`${field}.nodePublishSecretRef.name`)]
        : checked(dnsSubdomain, name, `${field}.name`)),
  ];
};

const ephemeralRule: SourceRule = (source, field, { volumeName, podName = "" }) => {
  const template = partOf(source, "volumeClaimTemplate");
  const claim = `${podName}-${volumeName}`;
  const wrongName = podName === "" || volumeName === "" ? undefined : dnsSubdomain(claim);
  return [
    ...(template === undefined
      ? [cause.required(`${field}.volumeClaimTemplate`)]
      : validateClaimTemplate(template, `${field}.volumeClaimTemplate`)),
    ...(wrongName === undefined
      ? []
      : [
          cause.invalid(
            field.replace(/ephemeral$/, "name"),
            volumeName,
            `PVC name ${JSON.stringify(claim)}: ${wrongName}`,
          ),
        ]),
  ];
};

const imageRule =
  (isPod: boolean): SourceRule =>
  (source, field) => [
    ...when(isPod && textOf(source, "reference") === "", cause.required(`${field}.reference`)),
    ...validateChoice(textOf(source, "pullPolicy"), pullPolicies, `${field}.pullPolicy`),
  ];

/** In the order in which Kubernetes looks. */
const rowsFor = (isPod: boolean): readonly SourceRow[] => [
  { name: "emptyDir", check: emptyDirRule },
  { name: "hostPath", check: hostPathRule },
  { name: "gitRepo", check: gitRepoRule },
  { name: "gcePersistentDisk", field: "persistentDisk", check: gceDiskRule },
  { name: "awsElasticBlockStore", check: awsDiskRule },
  { name: "secret", check: filesOf("secretName") },
  { name: "nfs", check: nfsRule },
  {
    name: "iscsi",
    check: allOf(iscsiRule("must be valid format starting with iqn, eui, or naa"), portalRule),
  },
  { name: "glusterfs", check: needs("endpoints", "path") },
  { name: "flocker", check: flockerRule },
  { name: "persistentVolumeClaim", check: needs("claimName") },
  { name: "rbd", check: rbdRule },
  { name: "cinder", check: allOf(needs("volumeID"), secretBy("name")) },
  { name: "cephfs", extraField: "cephFS", check: monitorsRule },
  { name: "quobyte", check: quobyteRule },
  { name: "downwardAPI", extraField: "downwarAPI", check: downwardRule },
  { name: "fc", check: fcRule },
  { name: "flexVolume", check: flexRule },
  { name: "configMap", check: filesOf("name") },
  { name: "azureFile", check: needs("secretName", "shareName") },
  { name: "vsphereVolume", check: needs("volumePath") },
  { name: "photonPersistentDisk", check: needs("pdID") },
  { name: "portworxVolume", check: needs("volumeID") },
  { name: "azureDisk", check: azureDiskRule },
  { name: "storageos", check: allOf(storageOsRule, secretBy("name")) },
  { name: "projected", check: projectedRule },
  { name: "scaleIO", check: needs("gateway", "system", "volumeName") },
  { name: "csi", check: csiRule },
  { name: "ephemeral", check: ephemeralRule },
  { name: "image", check: imageRule(isPod) },
];
