/**
 * Where the files of pods' volumes live on this board: a folder per volume, below one per pod.
 *
 * What is projected lies in memory only, so that no secret and no token ever reaches a disk. Every call is idempotent
 * and finds again what an earlier agent made; calls for one pod follow each other.
 */
export interface VolumeId {
  readonly podUid: string;
  /** The volume's name within its pod. */
  readonly volume: string;
}

/** One file of a projected volume. */
export interface VolumeFile {
  /** Relative; folders on the way are made. */
  readonly path: string;
  readonly data: Uint8Array;
  readonly mode: number;
  /** Root's unless told. */
  readonly uid?: number;
}

/** An empty folder that the pod's containers write to. */
export interface FolderWish {
  readonly medium: "disk" | "memory";
  /** Of memory; a disk has no limit of its own. */
  readonly sizeBytesMax?: number;
  /** The group that may write, and that owns what is made there. */
  readonly gid?: number;
}

/** What may stand at a path of the board, as `hostPath.type` says; empty: anything, and a folder is made of nothing. */
export type PathType =
  "" | "DirectoryOrCreate" | "Directory" | "FileOrCreate" | "File" | "Socket" | "CharDevice" | "BlockDevice";

/** Something of the board's own that a pod mounts. */
export type BoardPath =
  | { readonly path: string; readonly type: PathType }
  /** The folder of a persistent volume: made at its first use, and everybody's to write. */
  | { readonly path: string; readonly type: "volume"; readonly gid?: number };

/** A path within a volume, for one container. */
export interface SubPath {
  readonly id: VolumeId;
  /** Relative, checked to stay inside also where it leads through links that a container made. */
  readonly path: string;
  /** `container/0`: unique within the pod. */
  readonly user: string;
}

export interface VolumeStore {
  /** Whether this volume's files were put already. */
  isThere(id: VolumeId): Promise<boolean>;
  /** The volume holds exactly these files from now on; readers see all of the old or all of the new. */
  put(id: VolumeId, files: readonly VolumeFile[], gid?: number): Promise<void>;
  makeFolder(id: VolumeId, wish: FolderWish): Promise<void>;
  /** The volume is what lies at that path of the board. Rejects in kubelet's words when it is not of that type. */
  link(id: VolumeId, place: BoardPath): Promise<void>;
  /** Whether it was linked already, also by an earlier agent. */
  isLinked(id: VolumeId): Promise<boolean>;
  /**
   * Deletes the folder of a persistent volume; one that is not there is deleted. Rejects when the path is not directly
   * below the board's folders for volumes, when a pod here uses it, or when something is mounted in it.
   */
  deleteVolume(path: string): Promise<void>;
  /** What containers mount: of a volume that is there. */
  pathOf(id: VolumeId): Promise<string>;
  /** What containers mount of a part of it. A folder that is missing in a writable volume is made. */
  subPathOf(sub: SubPath): Promise<string>;
  /** All of the pod's volumes are unmounted and removed. */
  remove(podUid: string): Promise<void>;
  /** The pods that have something here. */
  pods(): Promise<readonly string[]>;
}
