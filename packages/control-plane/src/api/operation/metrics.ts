/**
 * What the API counts, in Prometheus' text format. Names are those of Kubernetes' own API server where it has the same
 * measure, so that its dashboards work.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

export interface Answered {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Empty: the object itself. */
  readonly subresource: string;
  readonly code: number;
  readonly seconds: number;
}

export interface Metrics {
  readonly contentType: string;
  countRequest(answered: Answered): void;
  /** Returns what to call when the stream is over. */
  countStream(labels: Pick<Answered, "verb" | "resource" | "subresource">): () => void;
  readonly countPass: CountPass;
  text(): Promise<string>;
}

/** What a pass of a controller cost. */
export interface PassCost {
  readonly controller: string;
  /** Observing and deciding, which nothing interrupts: processor time. */
  readonly decideSeconds: number;
  /** The whole pass, with the writes that it waited for. */
  readonly seconds: number;
  readonly result: "settled" | "gone" | "overtaken" | "failed";
}

export type CountPass = (cost: PassCost) => void;

/** What is read when somebody asks. */
export interface Gauged {
  readonly seatsTaken: () => number;
  readonly seatsWaiting: () => number;
}

/** Seconds. Most answers take less than a millisecond; what takes more than a few is worth a look. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function makeMetrics(gauged: Gauged): Metrics {
  const registers = [new Registry()];
  const [registry = new Registry()] = registers;
  const requests = new Counter({
    name: "apiserver_request_total",
    help: "Requests that were answered.",
    labelNames: ["verb", "group", "version", "resource", "subresource", "code"],
    registers,
  });
  const durations = new Histogram({
    name: "apiserver_request_duration_seconds",
    help: "How long answers took; streams until they flow.",
    labelNames: ["verb", "resource", "subresource"],
    buckets,
    registers,
  });
  const streams = new Gauge({
    name: "apiserver_longrunning_requests",
    help: "Watches and other streams that are open.",
    labelNames: ["verb", "resource", "subresource"],
    registers,
  });
  const countPass = passCounters(registers);
  addReadings(registers, gauged);
  return {
    countPass,
    contentType: registry.contentType,
    countRequest: ({ seconds, code, ...labels }) => {
      const { verb, resource, subresource } = labels;
      requests.inc({ ...labels, code: String(code) });
      durations.observe({ verb, resource, subresource }, seconds);
    },
    countStream: (labels) => {
      streams.inc(labels);
      return () => streams.dec(labels);
    },
    text: () => registry.metrics(),
  };
}

/** Kubernetes' names for its controllers' queues; what deciding costs is our own. */
function passCounters(registers: Registry[]): CountPass {
  const labelNames = ["name"] as const;
  const done = new Histogram({
    name: "workqueue_work_duration_seconds",
    help: "How long a pass of a controller took, with its writes.",
    labelNames,
    buckets,
    registers,
  });
  const decided = new Histogram({
    name: "kubus_controller_decision_seconds",
    help: "Observing and deciding within a pass: nothing else runs meanwhile.",
    labelNames,
    buckets: [0.0001, 0.00025, 0.0005, ...buckets],
    registers,
  });
  const failed = new Counter({
    name: "workqueue_retries_total",
    help: "Passes that failed or were overtaken, and were tried again.",
    labelNames,
    registers,
  });
  return ({ controller, decideSeconds, seconds, result }) => {
    const name = { name: controller };
    done.observe(name, seconds);
    decided.observe(name, decideSeconds);
    if (result === "failed" || result === "overtaken") failed.inc(name);
  };
}

/** A gauge of one number that is read when somebody asks. */
function reading(registers: Registry[], name: string, help: string, read: () => number): void {
  const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(read()) });
}

function addReadings(registers: Registry[], gauged: Gauged): void {
  const { seatsTaken, seatsWaiting } = gauged;
  reading(registers, "apiserver_current_inflight_requests", "Requests in work.", seatsTaken);
  reading(registers, "apiserver_current_inqueue_requests", "Requests that wait for a seat.", seatsWaiting);
  reading(registers, "process_resident_memory_bytes", "Memory of this process.", () =>
    process.memoryUsage.rss(),
  );
  reading(registers, "process_cpu_seconds_total", "Processor time of this process.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}
