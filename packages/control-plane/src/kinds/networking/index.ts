/** Kinds of networking.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { ingressClassKind } from "./ingressclass/kind.ts";
import { ingressKind } from "./ingress/kind.ts";
import { ipAddressKind } from "./ipaddress/kind.ts";
import { networkPolicyKind } from "./networkpolicy/kind.ts";
import { serviceCidrKind } from "./servicecidr/kind.ts";

export const networkingKinds: readonly Kind[] = [
  ingressClassKind,
  ingressKind,
  ipAddressKind,
  networkPolicyKind,
  serviceCidrKind,
];

export { ingressClassKind, ingressKind, ipAddressKind, networkPolicyKind, serviceCidrKind };
