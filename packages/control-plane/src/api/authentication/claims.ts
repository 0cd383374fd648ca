/** What service account tokens say, in Kubernetes' form. Pure. */
export interface BoundTo {
  readonly name: string;
  readonly uid: string;
}

/** Whose token it is, and with what it dies. */
export interface TokenSubject {
  readonly namespace: string;
  readonly account: BoundTo;
  readonly pod?: BoundTo;
  readonly secret?: BoundTo;
  readonly node?: BoundTo;
}

export interface TokenClaims extends TokenSubject {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly id: string;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly expires: number;
}

/** The issuer of tokens in Secrets: they have no end, and die with their Secret. */
export const legacyIssuer = "kubernetes/serviceaccount";

/** The payload of a token as it is signed. */
export function payloadOf(claims: TokenClaims): object {
  const { namespace, account, pod, secret, node } = claims;
  const bound = { namespace, serviceaccount: account, pod, secret, node };
  return {
    aud: claims.audiences,
    exp: claims.expires,
    iat: claims.issuedAt,
    iss: claims.issuer,
    jti: claims.id,
    "kubernetes.io": Object.fromEntries(Object.entries(bound).filter(([, value]) => value !== undefined)),
    nbf: claims.notBefore,
    sub: subjectOf(claims),
  };
}

const subjectOf = ({ namespace, account }: TokenSubject): string =>
  `system:serviceaccount:${namespace}:${account.name}`;

type Payload = Readonly<Record<string, unknown>>;

/** Undefined when the payload is none of a bound token. */
export function claimsIn(payload: Payload): TokenClaims | undefined {
  const { aud, exp, iat, iss, jti, nbf, sub } = payload;
  const { namespace, serviceaccount, pod, secret, node } = (payload["kubernetes.io"] ?? {}) as Payload;
  const account = boundIn(serviceaccount);
  if (typeof namespace !== "string" || account === undefined || typeof exp !== "number") return undefined;
  const subject = { namespace, account };
  if (sub !== subjectOf(subject) || typeof iss !== "string") return undefined;
  const others = Object.entries({ pod, secret, node }).flatMap(([name, value]) => {
    const bound = boundIn(value);
    return bound === undefined ? [] : [[name, bound] as const];
  });
  return {
    ...subject,
    ...(Object.fromEntries(others) as Pick<TokenSubject, "pod" | "secret" | "node">),
    issuer: iss,
    audiences: typeof aud === "string" ? [aud] : Array.isArray(aud) ? (aud as readonly string[]) : [],
    id: typeof jti === "string" ? jti : "",
    issuedAt: typeof iat === "number" ? iat : 0,
    notBefore: typeof nbf === "number" ? nbf : 0,
    expires: exp,
  };
}

function boundIn(value: unknown): BoundTo | undefined {
  const { name, uid } = (value ?? {}) as Payload;
  return typeof name === "string" && typeof uid === "string" ? { name, uid } : undefined;
}

/** A token that lives in a Secret. */
export interface LegacyClaims {
  readonly namespace: string;
  readonly account: BoundTo;
  readonly secretName: string;
}

const legacy = "kubernetes.io/serviceaccount";

export const legacyPayloadOf = ({ namespace, account, secretName }: LegacyClaims): object => ({
  iss: legacyIssuer,
  [`${legacy}/namespace`]: namespace,
  [`${legacy}/secret.name`]: secretName,
  [`${legacy}/service-account.name`]: account.name,
  [`${legacy}/service-account.uid`]: account.uid,
  sub: subjectOf({ namespace, account }),
});

export function legacyClaimsIn(payload: Payload): LegacyClaims | undefined {
  const said = (name: string) => {
    const value = payload[`${legacy}/${name}`];
    return typeof value === "string" ? value : "";
  };
  const claims = {
    namespace: said("namespace"),
    account: { name: said("service-account.name"), uid: said("service-account.uid") },
    secretName: said("secret.name"),
  };
  const isWhole = claims.secretName !== "" && payload["sub"] === subjectOf(claims);
  return payload["iss"] === legacyIssuer && isWhole ? claims : undefined;
}
