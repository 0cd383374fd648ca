/**
 * THE table of controllers: what keeps the cluster as it was asked to be. Node life and node addresses stand beside
 * the nodes (nodes/), the scheduler in scheduler/.
 */
import type { AnyController } from "./engine/controller.ts";
import type { KindTable } from "../kinds/kind-table.ts";
import { admissionPolicyController } from "./admission-policy/controller.ts";
import { apiServiceController } from "./apiservice/controller.ts";
import { bootstrapController, type BootstrapOptions } from "./bootstrap/controller.ts";
import { certificateController, type CertificateOptions } from "./certificates/controller.ts";
import { cronJobController } from "./cronjob/controller.ts";
import { customResourceDefinitionController } from "./crd/controller.ts";
import { daemonSetController } from "./daemonset/controller.ts";
import { deploymentController } from "./deployment/controller.ts";
import { ephemeralVolumeController } from "./ephemeralvolume/controller.ts";
import { endpointsController } from "./endpoints/controller.ts";
import { endpointSliceController } from "./endpointslice/controller.ts";
import { endpointSliceMirroringController } from "./endpointslice/mirror-controller.ts";
import { disruptionController } from "./disruption/controller.ts";
import { staleDisruptionController } from "./disruption/stale.ts";
import { garbageController } from "./garbage/controller.ts";
import { horizontalPodAutoscalerController } from "./horizontalpodautoscaler/controller.ts";
import { jobController } from "./job/controller.ts";
import { jobOrphanController } from "./job/orphans.ts";
import { namespaceController } from "./namespace/controller.ts";
import { namespaceFurnitureController } from "./namespace/furniture.ts";
import { podGcController } from "./podgc/controller.ts";
import { claimController, volumeController } from "./persistentvolume/controller.ts";
import type { RemoveVolumeData } from "./persistentvolume/data-remover.ts";
import { priorityClassController } from "./priorityclass/controller.ts";
import { claimProtectionController, volumeProtectionController } from "./protection/controller.ts";
import { rbacAggregationController } from "./rbac/aggregation.ts";
import { rbacPolicyController } from "./rbac/controller.ts";
import { replicaSetController } from "./replicaset/controller.ts";
import { replicationControllerController } from "./replicationcontroller/controller.ts";
import { resourceQuotaController } from "./resourcequota/controller.ts";
import { storageClassController } from "./storageclass/controller.ts";
import { serviceRepairController } from "./service-repair/controller.ts";
import { serviceAccountTokenController } from "./serviceaccount-tokens/controller.ts";
import { statefulSetController } from "./statefulset/controller.ts";
import { tokenCleanerController } from "./tokencleaner/controller.ts";
import { rebalancingController } from "../scheduler/rebalancing/controller.ts";
import type { Weights } from "../switches/score-weights.ts";
import { ttlAfterFinishedController } from "./ttlafterfinished/controller.ts";
import type { QuotaCharges } from "../api/admission/quota/accounts.ts";
import type { BoardUsage } from "../api/usage/board-usage.ts";
import type { TokenKeys } from "../api/authentication/token-keys.ts";

export interface ControllerTableOptions extends BootstrapOptions, CertificateOptions {
  /** The cluster's CA as PEM, for `kube-root-ca.crt` in every namespace. */
  readonly caCertificate: string;
  readonly kinds: KindTable;
  /** What the scheduler's scores weigh, as the scheduler is told. */
  readonly schedulerScores?: Weights;
  /** What this server charges to quotas. */
  readonly quotaCharges: QuotaCharges;
  /** What the boards say that their pods use. Absent: nothing is scaled by its load. */
  readonly usage?: BoardUsage | undefined;
  /** Absent: no tokens are put into Secrets. */
  readonly tokens?: TokenKeys | undefined;
  /** Has a board delete the data of a volume. */
  readonly removeVolumeData: RemoveVolumeData;
  /** A folder that every board sees. Absent: no class of storage uses one. */
  readonly sharedFolder?: string | undefined;
}

export const controllersOf = (options: ControllerTableOptions): readonly AnyController[] => [
  bootstrapController(options),
  namespaceFurnitureController(options.caCertificate),
  namespaceController,
  customResourceDefinitionController,
  deploymentController,
  replicaSetController,
  replicationControllerController,
  jobController,
  jobOrphanController,
  cronJobController,
  ttlAfterFinishedController,
  statefulSetController,
  daemonSetController,
  resourceQuotaController(options.quotaCharges),
  disruptionController,
  staleDisruptionController,
  horizontalPodAutoscalerController(options.usage),
  serviceRepairController(options.serviceCidr),
  admissionPolicyController,
  garbageController,
  podGcController(),
  rebalancingController(options.schedulerScores),
  priorityClassController,
  storageClassController(options.sharedFolder),
  ephemeralVolumeController,
  claimController,
  volumeController(options.removeVolumeData),
  claimProtectionController,
  volumeProtectionController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  apiServiceController(options.kinds),
  rbacPolicyController,
  rbacAggregationController,
  tokenCleanerController,
  serviceAccountTokenController({ tokens: options.tokens, caCertificate: options.caCertificate }),
  certificateController(options),
];
