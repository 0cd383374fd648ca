/** Webhooks without a network: each is a function of a review, by the host of its URL. For tests. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { WebhookCall, WebhookCaller } from "../caller.ts";

export interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: {
    readonly uid: string;
    readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
    readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
    readonly requestResource: { readonly version: string };
    readonly subResource?: string;
    readonly operation: string;
    readonly name: string;
    readonly namespace?: string;
    readonly dryRun: boolean;
    readonly userInfo: { readonly username: string; readonly groups: readonly string[] };
    readonly object: (KubeObject & { readonly spec?: unknown }) | null;
    readonly oldObject: KubeObject | null;
  };
}

/** The `response` of the answer; its uid is put there. A text is an answer that is no review. */
export type Script = (review: Review) => object | string;

export interface ScriptedCaller extends WebhookCaller {
  /** What was asked, `host operation resource name`, in order. */
  readonly asked: readonly string[];
  readonly calls: readonly WebhookCall[];
}

export function scriptedCaller(scripts: Readonly<Record<string, Script>>): ScriptedCaller {
  const asked: string[] = [];
  const calls: WebhookCall[] = [];
  return {
    asked,
    calls,
    call: async (call) => {
      calls.push(call);
      const { hostname } = new URL(call.url);
      const review = JSON.parse(new TextDecoder().decode(call.body)) as Review;
      const { operation, resource, subResource = "", name, uid } = review.request;
      const path = subResource === "" ? resource.resource : `${resource.resource}/${subResource}`;
      asked.push(`${hostname} ${operation} ${path} ${name}`);
      const script = scripts[hostname];
      if (script === undefined) throw new Error(`dial tcp: lookup ${hostname}: no such host`);
      const response = await Promise.resolve(script(review));
      const { apiVersion, kind } = review;
      const text =
        typeof response === "string"
          ? response
          : JSON.stringify({ apiVersion, kind, response: { uid, ...response } });
      return { status: 200, body: new TextEncoder().encode(text) };
    },
  };
}

/** An answer that changes the object. */
export const patching = (...operations: readonly object[]) => ({
  allowed: true,
  patchType: "JSONPatch",
  patch: Buffer.from(JSON.stringify(operations)).toString("base64"),
});
