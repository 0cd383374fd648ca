/** Who is at the other end of a TLS connection: a client certificate's CN is the name, its O are the groups. */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { User } from "../../api/request.ts";

/** Nobody changes within a connection. */
const known = new WeakMap<Socket, { readonly user: User | undefined }>();

/** Undefined when no certificate was given, or none that the cluster's CA stands for at this moment. */
export function userOf(socket: Socket): User | undefined {
  const remembered = known.get(socket);
  if (remembered !== undefined) return remembered.user;
  const isProven = socket instanceof TLSSocket && socket.authorized;
  const user = isProven ? userIn(socket.getPeerCertificate().subject) : undefined;
  known.set(socket, { user });
  return user;
}

type Subject = Readonly<Record<string, string | string[] | undefined>> | undefined;

function userIn(subject: Subject): User | undefined {
  const [name] = several(subject?.["CN"]);
  if (name === undefined || name === "") return undefined;
  return { name, groups: [...several(subject?.["O"]), "system:authenticated"] };
}

const several = (value: string | string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;
