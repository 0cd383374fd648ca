/** Endpoint slices (discovery.k8s.io/v1): the addresses behind services, as service proxies read them. */
import type { ObjectReference } from "./core.ts";
import type { KubeObject } from "./meta.ts";

export type AddressType = "IPv4" | "IPv6" | "FQDN";

export interface EndpointConditions {
  /** Gets traffic. Left out: true. */
  readonly ready?: boolean;
  /** Could serve: as ready, also while it ends. */
  readonly serving?: boolean;
  readonly terminating?: boolean;
}

export interface Endpoint {
  /** All of one machine; proxies use the first. */
  readonly addresses: readonly string[];
  readonly conditions?: EndpointConditions;
  readonly hostname?: string;
  readonly targetRef?: ObjectReference;
  readonly nodeName?: string;
  readonly zone?: string;
  readonly deprecatedTopology?: Readonly<Record<string, string>>;
  readonly hints?: {
    readonly forZones?: readonly { readonly name: string }[];
    readonly forNodes?: readonly { readonly name: string }[];
  };
}

export interface EndpointSlicePort {
  readonly name?: string;
  readonly protocol?: "TCP" | "UDP" | "SCTP";
  /** Left out: all ports. */
  readonly port?: number;
  readonly appProtocol?: string;
}

export interface EndpointSlice extends KubeObject {
  readonly addressType: AddressType;
  readonly endpoints?: readonly Endpoint[];
  readonly ports?: readonly EndpointSlicePort[];
}
