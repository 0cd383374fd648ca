/** authentication.k8s.io/v1 and authorization.k8s.io/v1: questions about who somebody is and what they may do. */
import type { KubeObject } from "./meta.ts";
import type { PolicyRule } from "./rbac.ts";

type Extra = Readonly<Record<string, readonly string[]>>;

export interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Extra;
}

export interface BoundObjectReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}

export interface TokenRequest extends KubeObject {
  readonly spec: {
    readonly audiences?: readonly string[];
    readonly expirationSeconds?: number;
    readonly boundObjectRef?: BoundObjectReference;
  };
  readonly status?: { readonly token: string; readonly expirationTimestamp: string };
}

export interface TokenReview extends KubeObject {
  readonly spec: { readonly token?: string; readonly audiences?: readonly string[] };
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: UserInfo;
    readonly audiences?: readonly string[];
    readonly error?: string;
  };
}

export interface SelfSubjectReview extends KubeObject {
  readonly status?: { readonly userInfo?: UserInfo };
}

export interface ReviewedResource {
  readonly namespace?: string;
  readonly verb?: string;
  readonly group?: string;
  readonly version?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly fieldSelector?: SelectorAttributes;
  readonly labelSelector?: SelectorAttributes;
}

export interface SelectorAttributes {
  readonly rawSelector?: string;
  readonly requirements?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** SubjectAccessReview; the reviews of oneself have no user, groups, uid and extra. */
export interface AccessReview extends KubeObject {
  readonly spec: {
    readonly resourceAttributes?: ReviewedResource;
    readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
    readonly user?: string;
    readonly groups?: readonly string[];
    readonly uid?: string;
    readonly extra?: Extra;
  };
  readonly status?: {
    readonly allowed: boolean;
    readonly denied?: boolean;
    readonly reason?: string;
    readonly evaluationError?: string;
  };
}

export interface SelfSubjectRulesReview extends KubeObject {
  readonly spec: { readonly namespace?: string };
  readonly status?: {
    readonly resourceRules: readonly Omit<PolicyRule, "nonResourceURLs">[];
    readonly nonResourceRules: readonly Pick<PolicyRule, "verbs" | "nonResourceURLs">[];
    readonly incomplete: boolean;
    readonly evaluationError?: string;
  };
}
