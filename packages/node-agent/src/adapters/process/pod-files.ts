/** The files that a pod has instead of the board's: hosts, hostname, resolv.conf. Pure. */
import type { SandboxSpec } from "../../ports/runtime.ts";

/** By path below the pod's layer. `boardResolver` is used as it is when the pod names no servers of its own. */
export function podFiles(
  { hostname, hostAliases, dns }: SandboxSpec,
  { ip, boardResolver }: { readonly ip: string; readonly boardResolver: string },
): Readonly<Record<string, string>> {
  const aliases = hostAliases.map(({ ip: address, hostnames }) => `${address}\t${hostnames.join("\t")}`);
  const hosts = [
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    `${ip}\t${hostname}`,
    ...aliases,
  ];
  const resolver = [
    ...(dns.searches.length > 0 ? [`search ${dns.searches.join(" ")}`] : []),
    ...dns.nameservers.map((address) => `nameserver ${address}`),
    ...(dns.options.length > 0 ? [`options ${dns.options.join(" ")}`] : []),
  ];
  return {
    "etc/hostname": `${hostname}\n`,
    "etc/hosts": `${hosts.join("\n")}\n`,
    "etc/resolv.conf": dns.nameservers.length === 0 ? boardResolver : `${resolver.join("\n")}\n`,
  };
}
