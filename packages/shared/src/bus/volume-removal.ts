/** Deleting the data of a persistent volume that nobody has any more. One document each way on a `volumeRemoval` channel. */

export interface VolumeRemoval {
  /** The volume's folder on the board. The board refuses what is not directly below its own folders for volumes. */
  readonly path: string;
}

export interface VolumeRemovalReply {
  /** Why the folder is still there, for people; absent when it is gone. */
  readonly error?: string;
}
