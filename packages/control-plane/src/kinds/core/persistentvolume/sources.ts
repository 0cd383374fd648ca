/** The sources that a persistent volume may have, in the order in which Kubernetes looks. Pure. */
import { dnsLabel, dnsSubdomain } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { checked, checkedName, when } from "../../rules.ts";
import {
  allOf,
  isThere,
  needs,
  partOf,
  secretBy,
  textOf,
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
  localRule,
  monitorsRule,
  nfsRule,
  quobyteRule,
  rbdRule,
  storageOsRule,
  validateDriverName,
} from "../volumes/sources.ts";

const portalAndNameMax = 64;
const secretRefs = [
  "controllerPublishSecretRef",
  "controllerExpandSecretRef",
  "nodePublishSecretRef",
  "nodeExpandSecretRef",
];

const csiRule: SourceRule = (source, field, place) => [
  ...validateDriverName(textOf(source, "driver"), `${field}.driver`),
  ...needs("volumeHandle")(source, field, place),
  ...secretRefs.flatMap((name) => {
    const secret = partOf(source, name);
    if (secret === undefined) return [];
    return [
      ...checkedName(dnsSubdomain, textOf(secret, "name"), `${field}.${name}.name`),
      ...checkedName(dnsLabel, textOf(secret, "namespace"), `${field}.${name}.namespace`),
    ];
  }),
];

const glusterRule: SourceRule = (source, field, place) => {
  const at = `${field}.endpointsNamespace`;
  const namespace = textOf(source, "endpointsNamespace");
  const empty = "if the endpointnamespace is set, it must be a valid namespace name";
  return [
    ...needs("endpoints", "path")(source, field, place),
    ...(isThere(source["endpointsNamespace"])
      ? namespace === ""
        ? [cause.invalid(at, namespace, empty)]
        : checked(dnsLabel, namespace, at)
      : []),
  ];
};

const azureFileRule: SourceRule = (source, field, place) => [
  ...needs("secretName", "shareName")(source, field, place),
  ...when(
    isThere(source["secretNamespace"]) && textOf(source, "secretNamespace") === "",
    cause.required(`${field}.secretNamespace`),
  ),
];

const portalRule: SourceRule = (source, field, { volumeName }) => {
  const portal = textOf(source, "targetPortal");
  const tooLong =
    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
  return when(
    isThere(source["initiatorName"]) && `${volumeName}:${portal}`.length > portalAndNameMax,
    cause.invalid(`${field}.targetportal`, portal, tooLong),
  );
};

export const persistentVolumeSources: readonly SourceRow[] = [
  { name: "hostPath", check: hostPathRule },
  { name: "gcePersistentDisk", field: "persistentDisk", check: gceDiskRule },
  { name: "awsElasticBlockStore", check: awsDiskRule },
  { name: "glusterfs", check: glusterRule },
  { name: "flocker", check: flockerRule },
  { name: "nfs", check: nfsRule },
  { name: "rbd", check: rbdRule },
  { name: "quobyte", check: quobyteRule },
  { name: "cephfs", extraField: "cephFS", check: monitorsRule },
  {
    name: "iscsi",
    check: allOf(portalRule, iscsiRule("must be valid format"), secretBy("name")),
  },
  { name: "cinder", check: allOf(needs("volumeID"), secretBy("name", "namespace")) },
  { name: "fc", check: fcRule },
  { name: "flexVolume", check: flexRule },
  { name: "azureFile", check: azureFileRule },
  { name: "vsphereVolume", check: needs("volumePath") },
  { name: "photonPersistentDisk", check: needs("pdID") },
  { name: "portworxVolume", check: needs("volumeID") },
  { name: "azureDisk", check: azureDiskRule },
  { name: "scaleIO", check: needs("gateway", "system", "volumeName") },
  { name: "local", check: localRule },
  { name: "storageos", check: allOf(storageOsRule, secretBy("name", "namespace")) },
  { name: "csi", check: csiRule },
];
