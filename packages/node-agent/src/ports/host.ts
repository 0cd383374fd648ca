/** The board itself: what it is, and how it fares. */
export interface HostIdentity {
  readonly machineId: string;
  readonly systemUuid: string;
  readonly bootId: string;
  readonly kernel: string;
  readonly osImage: string;
  readonly architecture: "amd64" | "arm64";
  /** Such as "Raspberry Pi 4 Model B Rev 1.4". */
  readonly model: string;
}

/** The board's size as this agent may use it: the machine, or its cgroup's share of it. */
export interface HostCapacity {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly podsMax: number;
}

/** How the board fares now. Undefined: this board has no such sensor. */
export interface HostVitals {
  /** 0 to 1 of all cores. */
  readonly cpuUsed: number;
  readonly memoryAvailableBytes: number;
  readonly diskAvailableBytes: number;
  readonly load1: number;
  readonly uptimeSeconds: number;
  readonly networkReceivedBytes: number;
  readonly networkSentBytes: number;
  /** Processes and threads on the machine, and how many there may be. */
  readonly pidsUsed?: number;
  readonly pidsMax?: number;
  readonly temperatureCelsius?: number;
  /** Where the board's own rules begin to slow it down. */
  readonly heatLimitCelsius?: number;
  /** It is being slowed down at this moment, for whatever cause. */
  readonly throttled?: boolean;
  /** Why, in words for people; empty when it is not. */
  readonly throttledBy?: readonly string[];
  readonly underVoltage?: boolean;
  /** What the firmware remembers since the board was switched on, in words for people. */
  readonly sinceBoot?: readonly string[];
  /** 0 to 1: how much of the time something waits for the scarcest of processor, memory and disk. */
  readonly pressure?: number | undefined;
}

export interface Host {
  identity(): Promise<HostIdentity>;
  capacity(): Promise<HostCapacity>;
  vitals(): Promise<HostVitals>;
}
