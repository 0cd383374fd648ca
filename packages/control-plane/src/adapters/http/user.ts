/** Who is at the other end of a TLS connection: a client certificate's CN is the name, its O are the groups. */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { User } from "../../api/request.ts";

export interface Identity {
  readonly user: User | undefined;
  /** A certificate was given that the cluster's CA does not stand for at this moment. */
  readonly isRefused: boolean;
}

/** Nobody changes within a connection. */
const known = new WeakMap<Socket, Identity>();

export function identityOf(socket: Socket): Identity {
  const remembered = known.get(socket);
  if (remembered !== undefined) return remembered;
  const identity = socket instanceof TLSSocket ? identityIn(socket) : nobody;
  known.set(socket, identity);
  return identity;
}

const nobody: Identity = { user: undefined, isRefused: false };

function identityIn(socket: TLSSocket): Identity {
  const { subject } = (socket.getPeerCertificate() as { readonly subject?: Subject } | null) ?? {};
  const user = socket.authorized ? userIn(subject) : undefined;
  return { user, isRefused: user === undefined && subject !== undefined };
}

type Subject = Readonly<Record<string, string | string[] | undefined>> | undefined;

function userIn(subject: Subject): User | undefined {
  const [name] = several(subject?.["CN"]);
  if (name === undefined || name === "") return undefined;
  return { name, groups: [...several(subject?.["O"]), "system:authenticated"] };
}

const several = (value: string | string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;
