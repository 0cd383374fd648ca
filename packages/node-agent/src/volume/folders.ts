/** Where the persistent volumes of this board lie. Pure. */

export interface VolumeFolders {
  /** The board's own. */
  readonly own: string;
  /** Seen by other boards at the same place; absent where there is none. */
  readonly shared?: string;
  /** The board's name. */
  readonly node: string;
}

/** `pvc-UID_NAMESPACE_CLAIM`: no way up, no way in, nothing hidden. */
const nameGrammar = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export const foldersOf = (config: {
  readonly node: string;
  readonly stateDir: string;
  readonly sharedFolder?: string;
}): VolumeFolders => ({
  node: config.node,
  own: `${config.stateDir}/persistent-volumes`,
  ...(config.sharedFolder === undefined ? {} : { shared: config.sharedFolder }),
});

/** The folder of which the path is a direct child, as it must be; undefined where it is none. */
export function parentOf(path: string, { own, shared }: Omit<VolumeFolders, "node">): string | undefined {
  return [own, shared].find(
    (folder) =>
      folder !== undefined &&
      path.startsWith(`${folder}/`) &&
      nameGrammar.test(path.slice(folder.length + 1)),
  );
}
