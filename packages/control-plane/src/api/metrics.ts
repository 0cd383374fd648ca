/** Counts what the API did, in Prometheus' text format: requests by verb, resource and code, open watches. */
export interface Metrics {
  countRequest(labels: { readonly verb: string; readonly resource: string; readonly code: number }): void;
  /** Returns what to call when the watch is over. */
  countWatch(resource: string): () => void;
  text(): string;
}

export function makeMetrics(): Metrics {
  const requests = new Map<string, number>();
  const watches = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string, by: number) => {
    counts.set(key, (counts.get(key) ?? 0) + by);
  };
  return {
    countRequest: ({ verb, resource, code }) => {
      add(requests, `verb="${verb}",resource="${resource}",code="${code}"`, 1);
    },
    countWatch: (resource) => {
      const key = `resource="${resource}"`;
      add(watches, key, 1);
      return () => {
        add(watches, key, -1);
      };
    },
    text: () =>
      [
        ...lines("kubus_api_requests_total", "counter", "Requests that were answered.", requests),
        ...lines("kubus_api_watches", "gauge", "Watches that are open.", watches),
      ].join("\n") + "\n",
  };
}

const lines = (
  name: string,
  type: string,
  help: string,
  counts: ReadonlyMap<string, number>,
): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
  ...[...counts].map(([labels, value]) => `${name}{${labels}} ${value}`),
];
