/**
 * Who may see the page and pull cables. Pure.
 *
 * Three things must hold: the request names this machine (or a foreign name was made to point here: DNS rebinding), it
 * comes from no foreign page (Origin), and it knows the token. Tokens are compared in constant time.
 */
import { createHash, timingSafeEqual } from "node:crypto";

export interface AccessRequest {
  /** Path and query. */
  readonly url: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly cookie: string | undefined;
}

export interface AccessTerms {
  readonly port: number;
  readonly token: string;
}

export type Verdict = "granted" | "foreignHost" | "foreignOrigin" | "noToken" | "wrongToken";

/** The HTTP status that each refusal is answered with. */
export const refusalStatus = {
  foreignHost: 421,
  foreignOrigin: 403,
  noToken: 401,
  wrongToken: 401,
} as const satisfies Record<Exclude<Verdict, "granted">, number>;

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

export function judge({ url, host, origin, cookie }: AccessRequest, { port, token }: AccessTerms): Verdict {
  const hosts = loopbackNames.map((name) => `${name}:${port}`);
  if (host === undefined || !hosts.includes(host)) return "foreignHost";
  if (origin !== undefined && !hosts.map((name) => `http://${name}`).includes(origin)) return "foreignOrigin";
  const given = queryToken(url) ?? cookieToken(cookie, port);
  if (given === undefined) return "noToken";
  return isSame(given, token) ? "granted" : "wrongToken";
}

/** Cookies do not know ports: several dashboards on one machine need names of their own. */
export const cookieName = (port: number): string => `kubus-dashboard-${port}`;

/** What a page that was opened with the token in its URL gets, so that its files and its reload need none. */
export const cookieFor = ({ port, token }: AccessTerms): string =>
  `${cookieName(port)}=${token}; HttpOnly; SameSite=Strict; Path=/`;

/** Only text that a cookie and a URL can carry as it is. */
export const isToken = (text: string): boolean => /^[A-Za-z0-9_-]{16,}$/.test(text);

const queryToken = (url: string): string | undefined =>
  new URLSearchParams(url.split("?")[1] ?? "").get("token") ?? undefined;

function cookieToken(cookie: string | undefined, port: number): string | undefined {
  const prefix = `${cookieName(port)}=`;
  const pairs = (cookie ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length);
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
