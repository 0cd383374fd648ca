/** GET /version: which Kubernetes this server speaks, and which kubus it is. Pure. */
const kubernetes = { major: "1", minor: "33" } as const;

/** `kubus`: the version of kubus, such as `0.1.0`. */
export const versionOf = (kubus: string) => ({
  ...kubernetes,
  gitVersion: gitVersion(kubus),
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "linux/any",
});

/** `v1.33.0+kubus.0.1.0` */
export const gitVersion = (kubus: string): string =>
  `v${kubernetes.major}.${kubernetes.minor}.0+kubus.${kubus}`;
