/** Documents for those who verify service account tokens elsewhere: OpenID Connect discovery and the public keys. */
import type { ApiPorts } from "../ports.ts";
import type { ApiRequest, WholeResponse } from "../request.ts";
import { json } from "../respond.ts";

const caching = { "cache-control": "public, max-age=3600" };

type Document = (
  world: Pick<ApiPorts, "tokens">,
  request: Pick<ApiRequest, "headers">,
) => Promise<WholeResponse | undefined>;

export const openIdConfiguration: Document = async ({ tokens }, { headers }) => {
  if (tokens === undefined) return undefined;
  const algorithms = (await tokens.publicKeys()).map(({ alg }) => alg);
  const document = {
    issuer: tokens.issuer,
    jwks_uri: `https://${headers["host"] ?? "kubernetes.default.svc"}/openid/v1/jwks`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [...new Set(algorithms)],
  };
  return json(200, document, caching);
};

export const publicKeySet: Document = async ({ tokens }) =>
  tokens === undefined
    ? undefined
    : json(
        200,
        { keys: await tokens.publicKeys() },
        { ...caching, "content-type": "application/jwk-set+json" },
      );
