/**
 * Which package archive this machine already uses, read from its own sources. Pure.
 *
 * kubus knows no mirror by name: it takes the machine's, with the machine's keyring.
 */
export interface ArchiveSource {
  readonly uri: string;
  readonly components: readonly string[];
  readonly signedBy: string | undefined;
}

/** The archive of release `codename` in the texts of sources.list and sources.list.d (both formats). */
export function archiveOf(texts: readonly string[], codename: string): ArchiveSource | undefined {
  return texts.flatMap((text) => [...oneLine(text, codename), ...deb822(text, codename)]).at(0);
}

function oneLine(text: string, codename: string): readonly ArchiveSource[] {
  return text.split("\n").flatMap((line) => {
    const found = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line.trim());
    if (found === null || found[3] !== codename) return [];
    const [, options = "", uri = "", , components = ""] = found;
    const signedBy = /signed-by=(\S+)/.exec(options)?.[1];
    return [{ uri, components: components.split(/\s+/), signedBy }];
  });
}

function deb822(text: string, codename: string): readonly ArchiveSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.+)$`, "im").exec(stanza)?.[1]?.trim().split(/\s+/);
    const isMeant = field("Types")?.includes("deb") === true && field("Suites")?.includes(codename) === true;
    const uri = field("URIs")?.at(0);
    if (!isMeant || uri === undefined || field("Enabled")?.at(0) === "no") return [];
    return [{ uri, components: field("Components") ?? ["main"], signedBy: field("Signed-By")?.at(0) }];
  });
}

/** Lines for a sources.list of our own: the machine's release, and on Debian 12 the next one for static programs. */
export function sourceLines(source: ArchiveSource, codename: string): readonly string[] {
  const signedBy = source.signedBy?.startsWith("/") === true ? `[signed-by=${source.signedBy}] ` : "";
  const components = source.components.filter((name) => ["main", "universe"].includes(name)).join(" ");
  const releases = codename === "bookworm" ? ["bookworm", "trixie"] : [codename];
  return releases.map((release) => `deb ${signedBy}${source.uri} ${release} ${components || "main"}`);
}
