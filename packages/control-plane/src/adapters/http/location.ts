/** What a redirect of a server behind a proxy means to the client before it. Pure. */
export interface Behind {
  /** Of the server: address and port. */
  readonly authority: string;
  /** As the client names this API: what it sent as Host. */
  readonly host: string;
  /** The path up to the proxy. */
  readonly prefix: string;
}

/**
 * Paths of the server itself get the proxy's before them; other servers, and what is relative, stay as they are.
 */
export function rewrittenLocation(location: string, { authority, host, prefix }: Behind): string {
  const [, scheme = "", ofHost = "", path = ""] =
    /^(?:([a-z][a-z\d+.-]*:)?\/\/([^/?#]*))?(.*)$/i.exec(location) ?? [];
  const isElsewhere = ofHost !== "" && ofHost !== authority && ofHost !== host;
  if (isElsewhere || !path.startsWith("/")) return location;
  const whole = path.startsWith(`${prefix}/`) || path === prefix ? path : `${prefix}${path}`;
  return ofHost === "" && scheme === "" ? whole : `https://${host}${whole}`;
}
