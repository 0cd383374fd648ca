/** CSIDriver: what a driver for storage needs of the cluster. Its name is the driver's. */
import type { CsiDriver, CsiTokenRequest } from "@kubus/shared/api/storage.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { withDefaults } from "../../../api/defaults.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn, none } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { each, validateChoiceIfSaid, validateImmutable, when } from "../../rules.ts";

const groupPolicies = ["File", "None", "ReadWriteOnceWithFSType"];
const lifecycleModes = ["Ephemeral", "Persistent"];
const tokenSecondsMin = 600;
const tokenSecondsMax = 2 ** 32;
const updatePeriodSecondsMin = 10;

export const csiDriverKind = defineKind<CsiDriver>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSIDriver",
  plural: "csidrivers",
  owner: "nobody: it has no status",
  scope: "Cluster",
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "AttachRequired", type: "boolean", of: ({ spec }) => spec.attachRequired ?? true },
    { name: "PodInfoOnMount", type: "boolean", of: ({ spec }) => spec.podInfoOnMount ?? false },
    { name: "StorageCapacity", type: "boolean", of: ({ spec }) => spec.storageCapacity ?? false },
    { name: "TokenRequests", type: "string", of: audiencesText },
    { name: "RequiresRepublish", type: "boolean", of: ({ spec }) => spec.requiresRepublish ?? false },
    { name: "Modes", type: "string", of: ({ spec }) => (spec.volumeLifecycleModes ?? []).join(",") || none },
    ageColumn,
  ],
  setDefaults: setCsiDriverDefaults,
  validate: ({ spec = {} }: Received<CsiDriver>) => [
    ...validateChoiceIfSaid(spec.fsGroupPolicy, groupPolicies, "spec.fsGroupPolicy"),
    ...each(spec.tokenRequests, "spec.tokenRequests", (request, at, i) =>
      validateTokenRequest(request, at, (spec.tokenRequests ?? []).slice(0, i)),
    ),
    ...(spec.volumeLifecycleModes ?? []).flatMap((mode) =>
      validateChoiceIfSaid(mode, lifecycleModes, "spec.volumeLifecycleModes"),
    ),
    ...validateUpdatePeriod(spec.nodeAllocatableUpdatePeriodSeconds),
  ],
  validateUpdate: (next, previous) => [
    // The first field is told by this name in Kubernetes, too.
    ...validateImmutable(next.spec.attachRequired, previous.spec.attachRequired, "spec.attachedRequired"),
    ...validateImmutable(
      next.spec.volumeLifecycleModes,
      previous.spec.volumeLifecycleModes,
      "spec.volumeLifecycleModes",
    ),
  ],
});

function setCsiDriverDefaults(driver: Received<CsiDriver>): CsiDriver {
  const spec = withDefaults(driver.spec ?? {}, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: "ReadWriteOnceWithFSType",
    requiresRepublish: false,
    seLinuxMount: false,
  });
  const modes = spec.volumeLifecycleModes ?? [];
  return {
    ...driver,
    spec: { ...spec, volumeLifecycleModes: modes.length === 0 ? ["Persistent"] : modes },
  } as CsiDriver;
}

function audiencesText({ spec }: CsiDriver): string {
  return spec.tokenRequests === undefined
    ? "<unset>"
    : spec.tokenRequests.map(({ audience }) => audience).join(",");
}

function validateTokenRequest(
  { audience = "", expirationSeconds }: Received<CsiTokenRequest>,
  field: string,
  earlier: readonly Received<CsiTokenRequest>[],
): readonly Cause[] {
  if (earlier.some((other) => (other.audience ?? "") === audience))
    return [cause.duplicate(`${field}.audience`, audience)];
  const wrong = (why: string) => cause.invalid(`${field}.expirationSeconds`, expirationSeconds, why);
  return expirationSeconds === undefined
    ? []
    : [
        ...when(
          expirationSeconds < tokenSecondsMin,
          wrong("may not specify a duration less than 10 minutes"),
        ),
        ...when(
          expirationSeconds > tokenSecondsMax,
          wrong("may not specify a duration larger than 2^32 seconds"),
        ),
      ];
}

const validateUpdatePeriod = (seconds: number | undefined): readonly Cause[] =>
  seconds !== undefined && seconds < updatePeriodSecondsMin
    ? [
        cause.invalid(
          "spec.nodeAllocatableUpdatePeriodSeconds",
          seconds,
          "must be greater than or equal to 10 seconds",
        ),
      ]
    : [];
