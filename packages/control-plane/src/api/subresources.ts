/**
 * THE table of what hangs below objects: which kinds have it, what it answers with, and which verb does what.
 *
 * Routes and discovery are loops over it.
 */
import type { Kind, Verb } from "../kinds/kind.ts";
import type { Act } from "./call.ts";
import { proxyNeedsHttp } from "./streams/proxy.ts";
import { upgradeRequired } from "./streams/upgrades.ts";
import { readLog } from "./streams/pod-log.ts";
import { createToken } from "./verbs/account-token.ts";
import { patchApproval, updateApproval } from "./verbs/approval.ts";
import { createBinding } from "./verbs/pod-binding.ts";
import { createEviction } from "./verbs/pod-eviction.ts";
import {
  patchEphemeralContainers,
  patchResources,
  updateEphemeralContainers,
  updateResources,
} from "./verbs/pod-parts.ts";
import { get } from "./verbs/get.ts";
import { patchStatus } from "./verbs/patch.ts";
import { getScale, patchScale, updateScale } from "./verbs/scale.ts";
import { finalize, updateStatus } from "./verbs/update.ts";

export interface Subresource {
  readonly name: string;
  readonly of: (kind: Kind) => boolean;
  /** The kind of its bodies; absent when it is the object's own. */
  readonly answers?: { readonly group: string; readonly version: string; readonly kind: string };
  readonly verbs: Partial<Record<Verb, Act>>;
  /** Whether discovery tells of it: only of what works. */
  readonly isAnnounced?: boolean;
}

const isService = ({ group, kind }: Kind) => group === "" && kind === "Service";
const isNode = ({ group, kind }: Kind) => group === "" && kind === "Node";
const isPod = ({ group, kind }: Kind) => group === "" && kind === "Pod";
const isServiceAccount = ({ group, kind }: Kind) => group === "" && kind === "ServiceAccount";
const isSigningRequest = ({ group, kind }: Kind) =>
  group === "certificates.k8s.io" && kind === "CertificateSigningRequest";
const isNamespace = ({ group, kind }: Kind) => group === "" && kind === "Namespace";

const proxied = [
  { of: isPod, options: "PodProxyOptions" },
  { of: isService, options: "ServiceProxyOptions" },
  { of: isNode, options: "NodeProxyOptions" },
];

export const subresources: readonly Subresource[] = [
  {
    name: "binding",
    of: isPod,
    answers: { group: "", version: "v1", kind: "Binding" },
    verbs: { create: createBinding },
  },
  {
    name: "eviction",
    of: isPod,
    answers: { group: "policy", version: "v1", kind: "Eviction" },
    verbs: { create: createEviction },
  },
  {
    name: "exec",
    of: isPod,
    answers: { group: "", version: "v1", kind: "PodExecOptions" },
    verbs: { create: upgradeRequired, get: upgradeRequired },
  },
  {
    name: "attach",
    of: isPod,
    answers: { group: "", version: "v1", kind: "PodAttachOptions" },
    verbs: { create: upgradeRequired, get: upgradeRequired },
  },
  {
    name: "portforward",
    of: isPod,
    answers: { group: "", version: "v1", kind: "PodPortForwardOptions" },
    verbs: { create: upgradeRequired, get: upgradeRequired },
  },
  {
    name: "ephemeralcontainers",
    of: isPod,
    verbs: { get, patch: patchEphemeralContainers, update: updateEphemeralContainers },
  },
  { name: "resize", of: isPod, verbs: { get, patch: patchResources, update: updateResources } },
  ...proxied.map(({ of, options }) => ({
    name: "proxy",
    of,
    answers: { group: "", version: "v1", kind: options },
    verbs: {
      create: proxyNeedsHttp,
      delete: proxyNeedsHttp,
      get: proxyNeedsHttp,
      patch: proxyNeedsHttp,
      update: proxyNeedsHttp,
    },
  })),
  { name: "log", of: isPod, verbs: { get: readLog } },
  {
    name: "token",
    of: isServiceAccount,
    answers: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" },
    verbs: { create: createToken },
  },
  {
    name: "approval",
    of: isSigningRequest,
    verbs: { get, patch: patchApproval, update: updateApproval },
  },
  { name: "finalize", of: isNamespace, verbs: { update: finalize } },
  {
    name: "scale",
    of: ({ subresources: names }) => names.includes("scale"),
    answers: { group: "autoscaling", version: "v1", kind: "Scale" },
    verbs: { get: getScale, patch: patchScale, update: updateScale },
  },
  {
    name: "status",
    of: ({ subresources: names }) => names.includes("status"),
    verbs: { get, patch: patchStatus, update: updateStatus },
  },
];

export const subresourcesOf = (kind: Kind): readonly Subresource[] =>
  subresources.filter((row) => row.of(kind));
