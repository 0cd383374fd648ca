/**
 * Connections to a pod's ports: from the board to the pod's address, or within the pod's network to its localhost.
 *
 * No process of Node can enter another network namespace, so there a small relay connects and copies, with a buffer of
 * its own for each direction and each direction's own end. It dies with the connection.
 */
import { spawn } from "node:child_process";
import { connect as connectSocket, type Socket } from "node:net";
import { byteStreamOf } from "@kubus/shared/adapters/byte-stream.ts";
import type { ByteStream } from "@kubus/shared/bus/byte-stream.ts";
import { standardPath } from "./program.ts";

/** PORT: says "ok" on descriptor 2 when it is connected, or why not, and copies between 0, 1 and the connection. */
const relay = `use strict; use Socket; use Fcntl;
my ($port) = @ARGV;
my ($to_pod, $to_client, $client_open, $pod_open, $pod_told, $client_told) = ("", "", 1, 1, 0, 0);
sub dial { socket(my $s, $_[0], SOCK_STREAM, 0) or return; connect($s, $_[1]) or return; $s }
my $pod = dial(PF_INET, pack_sockaddr_in($port, INADDR_LOOPBACK));
my $why = lc "$!";
$pod ||= dial(PF_INET6, pack_sockaddr_in6($port, Socket::IN6ADDR_LOOPBACK()));
if (!$pod) { print STDERR $why; exit 1 }
syswrite STDERR, "ok"; close STDERR; $SIG{PIPE} = "IGNORE";
for (*STDIN, *STDOUT, $pod) { fcntl($_, F_SETFL, fcntl($_, F_GETFL, 0) | O_NONBLOCK) }
sub take { my ($from, $buffer) = @_; my $n = sysread($from, $$buffer, 65536); return 1 if !defined $n && ($!{EAGAIN} || $!{EINTR}); return $n ? 1 : 0 }
sub give { my ($to, $buffer) = @_; my $n = syswrite($to, $$buffer); if (defined $n) { substr($$buffer, 0, $n) = "" } elsif (!$!{EAGAIN} && !$!{EINTR}) { exit 1 } }
while ($client_open || $pod_open || length $to_pod || length $to_client) {
  if (!$client_open && !length $to_pod && !$pod_told) { shutdown($pod, 1); $pod_told = 1 }
  if (!$pod_open && !length $to_client && !$client_told) { close STDOUT; $client_told = 1; next }
  my ($r, $w) = ("", "");
  vec($r, fileno(STDIN), 1) = 1 if $client_open && !length $to_pod;
  vec($r, fileno($pod), 1) = 1 if $pod_open && !length $to_client;
  vec($w, fileno($pod), 1) = 1 if length $to_pod;
  vec($w, fileno(STDOUT), 1) = 1 if length $to_client;
  select($r, $w, undef, undef) > 0 or next;
  $client_open = take(*STDIN, \\$to_pod) if vec($r, fileno(STDIN), 1);
  $pod_open = take($pod, \\$to_client) if vec($r, fileno($pod), 1);
  give($pod, \\$to_pod) if vec($w, fileno($pod), 1);
  give(*STDOUT, \\$to_client) if vec($w, fileno(STDOUT), 1);
}
`;

export interface Place {
  /** The file that pins the pod's network namespace; absent: the pod is on the board's own network. */
  readonly network: string | undefined;
  /** The pod's address. */
  readonly ip: string;
}

/** Rejects, in words, when nobody listens there or the signal gives it up. */
export function connectTo(
  { network, ip }: Place,
  { port, via }: { readonly port: number; readonly via: "loopback" | "address" },
  signal: AbortSignal,
): Promise<ByteStream> {
  if (via === "address") return dial(ip, port, signal);
  const inside = network === undefined ? dialLoopback(port, signal) : relayed(network, port, signal);
  return inside.catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`failed to connect to localhost:${port} inside the pod: ${why}`);
  });
}

const dialLoopback = (port: number, signal: AbortSignal): Promise<ByteStream> =>
  dial("127.0.0.1", port, signal).catch((error: unknown) =>
    dial("::1", port, signal).catch(() => {
      throw error;
    }),
  );

function dial(host: string, port: number, signal: AbortSignal): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connectSocket({ host, port, allowHalfOpen: true, noDelay: true });
    const giveUp = () => socket.destroy(new Error("nobody waits for it any more"));
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
    const failed = (error: NodeJS.ErrnoException) => reject(new Error(dialWords(host, port, error)));
    socket.once("error", failed);
    socket.once("connect", () => {
      signal.removeEventListener("abort", giveUp);
      socket.off("error", failed);
      // Whoever reads or writes is told.
      socket.on("error", () => undefined);
      resolve(byteStreamOf(socket, socket));
    });
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  ETIMEDOUT: "connection timed out",
};

const dialWords = (host: string, port: number, { code = "", message }: NodeJS.ErrnoException): string =>
  `dial tcp ${host.includes(":") ? `[${host}]` : host}:${port}: connect: ${reasons[code] ?? message}`;

function relayed(network: string, port: number, signal: AbortSignal): Promise<ByteStream> {
  const child = spawn("nsenter", [`--net=${network}`, "--", "perl", "-e", relay, String(port)], {
    cwd: "/",
    env: { PATH: standardPath, LC_ALL: "C" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { stdin, stdout, stderr } = child;
  for (const stream of [stdin, stdout, stderr]) stream.on("error", () => undefined);
  const end = () => child.kill("SIGKILL");
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  return new Promise((resolve, reject) => {
    let told = "";
    stderr.setEncoding("utf8").on("data", (text: string) => (told += text));
    child.once("error", (error) => reject(new Error(`the board has no relay: ${error.message}`)));
    stderr.once("close", () => {
      signal.removeEventListener("abort", end);
      const why = told.trim() === "" ? "the relay was ended" : told.trim();
      if (told !== "ok") reject(new Error(`dial tcp 127.0.0.1:${port}: connect: ${why}`));
      else resolve({ ...byteStreamOf(stdout, stdin), reset: end });
    });
  });
}
