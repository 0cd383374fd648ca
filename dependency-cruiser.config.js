// The layers: arrows point inward only, main → adapters → ports ← machines → decide. One rule, one reason.
const decide =
  "^packages/.*/(reconcile|filter|score|decide|plan|restart|backoff|selectors|patch|key|state-value|event-name)\\.ts$";
/** The outermost layer knows everybody: processes, wiring, the command line, tests, benchmarks. */
const outermost =
  "(/adapters/|/compose(/|\\.ts$|-[a-z]+\\.ts$)|/main\\.ts$|\\.(test|contract)\\.ts$|/testing/|^packages/cli/|^test/|^bench/)";

export default {
  forbidden: [
    {
      name: "decide-is-pure",
      comment: "Decisions can be read and tested without a world.",
      severity: "error",
      from: { path: decide },
      to: { dependencyTypes: ["core", "npm"] },
    },
    {
      name: "decide-knows-no-machine",
      comment: "What to do never depends on when.",
      severity: "error",
      from: { path: decide },
      to: {
        path: "(\\.machine|/machine|/port-actor|/ports/.*|/adapters/.*)\\.ts$",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "adapters-only-at-the-edge",
      comment: "One place per foreign thing; everybody else sees a port.",
      severity: "error",
      from: { pathNot: outermost },
      to: { path: "/adapters/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "sides-do-not-meet",
      comment: "Agent and control plane share words, not behaviour.",
      severity: "error",
      from: { path: "^packages/(control-plane|node-agent)/" },
      to: { path: "^packages/(control-plane|node-agent|cli|dashboard)/", pathNot: "^packages/$1/" },
    },
    {
      name: "shared-knows-nobody",
      comment: "Words come before those who use them.",
      severity: "error",
      from: { path: "^packages/shared/" },
      to: { path: "^packages/(?!shared/)" },
    },
    {
      name: "the-page-knows-only-the-feed",
      comment: "The page runs in a browser: plain data in, nothing of Node.",
      severity: "error",
      from: { path: "^packages/dashboard/src/(page|picture)/", pathNot: "\\.test\\.ts$" },
      to: {
        path: "^packages/(?!dashboard/src/(page|picture)/|shared/src/(feed|machine|api)/)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "no-cycles",
      comment: "Whoever reads a file can read what it needs first.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "testing-stays-in-tests",
      comment: "Nothing that ships leans on test equipment.",
      severity: "error",
      from: { pathNot: "(\\.(test|contract)\\.ts$|^test/|^bench/|/testing/)" },
      to: { path: "/testing/" },
    },
    {
      name: "nothing-unresolvable",
      comment: "An import that leads nowhere is a typing mistake.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/(dist|generated)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types", "default"],
    },
  },
};
