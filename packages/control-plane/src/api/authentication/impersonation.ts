/**
 * Acting as somebody else: `Impersonate-User` and its companions, each of them allowed by the verb `impersonate`.
 */
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { authorize } from "../authorization/authorize.ts";
import type { Authorizer } from "../authorization/authorizer.ts";
import type { ResourceQuestion } from "../authorization/question.ts";
import { serviceAccountGroups, serviceAccountOf } from "../authorization/service-account-user.ts";
import type { ApiRequest, User } from "../request.ts";
import { anonymous, anonymousName, authenticated } from "./authenticate.ts";

const extraPrefix = "impersonate-extra-";

/** The user as whom the request is carried out. Refuses with 403, or 500 for a request that makes no sense. */
export function impersonated(authorizer: Authorizer, asker: User, request: ApiRequest): User {
  const wanted = wantedIn(request);
  if (wanted === undefined) return asker;
  for (const question of questionsOf(wanted)) authorize(authorizer, asker, question);
  const { name, uid, groups, extra } = wanted;
  return {
    name,
    groups: completed(name, groups),
    ...(uid === undefined ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

interface Wanted {
  readonly name: string;
  readonly uid: string | undefined;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

function wantedIn({ headers, path, repeated }: ApiRequest): Wanted | undefined {
  const valuesOf = (header: string): readonly string[] => {
    const one = headers[header];
    return repeated?.[header] ?? (one === undefined ? [] : [one]);
  };
  const name = headers["impersonate-user"] ?? "";
  const uid = headers["impersonate-uid"];
  const groups = valuesOf("impersonate-group");
  const extra = Object.fromEntries(
    Object.keys(headers)
      .filter((header) => header.startsWith(extraPrefix))
      .map((header) => [unescaped(header.slice(extraPrefix.length)), valuesOf(header)]),
  );
  const others = [
    ...groups.map((group) => `{Group ${group}}`),
    ...Object.keys(extra).map((key) => `{UserExtra ${key}}`),
    ...(uid === undefined ? [] : [`{UID ${uid}}`]),
  ];
  if (name !== "") return { name, uid, groups, extra };
  if (others.length === 0) return undefined;
  const why = `requested [${others.join(" ")}] without impersonating a user`;
  throw new Refusal("internal", `Internal Server Error: ${JSON.stringify(path)}: ${why}`);
}

/** Keys are percent-encoded where a header's name could not hold them. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function questionsOf({ name, uid, groups, extra }: Wanted): readonly ResourceQuestion[] {
  const verb = "impersonate";
  const account = serviceAccountOf(name);
  const ofAuthentication = { verb, group: "authentication.k8s.io" };
  return [
    account === undefined
      ? { verb, group: "", resource: "users", name }
      : { verb, group: "", resource: "serviceaccounts", ...account },
    ...groups.map((group) => ({ verb, group: "", resource: "groups", name: group })),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => ({ ...ofAuthentication, resource: "userextras", subresource: key, name: value })),
    ),
    ...(uid === undefined ? [] : [{ ...ofAuthentication, resource: "uids", name: uid }]),
  ];
}

/** The groups that come with being somebody, as a real request of that user would have them. */
function completed(name: string, groups: readonly string[]): readonly string[] {
  const account = serviceAccountOf(name);
  const own = groups.length === 0 && account !== undefined ? serviceAccountGroups(account.namespace) : groups;
  const all = name === anonymousName ? anonymous.groups : [authenticated];
  const isSaid = own.some((group) => group === authenticated || anonymous.groups.includes(group));
  return isSaid ? own : [...own, ...all];
}
