/** The stand-in that carries the names of all components and records what reaches it. */

export interface EchoRecord {
  /** Which component was meant. */
  readonly port: number;
  /** Request line. */
  readonly line: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly trailers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface Echo {
  records(): Promise<readonly EchoRecord[]>;
  forget(): Promise<void>;
  /** What every component answers from now on, with the record as its body. */
  answer(status: number, headers?: Readonly<Record<string, string | readonly string[]>>): Promise<void>;
}

/** Ports of the components, as the catalogue has them. */
export const ports = {
  grafana: 3000,
  "jaeger-otlp": 4318,
  kibana: 5601,
  prometheus: 9090,
  pushgateway: 9091,
  alertmanager: 9093,
  jaeger: 16686,
  elasticsearch: 9200,
} as const;

export type Upstream = keyof typeof ports;

export const upstreams = Object.keys(ports) as readonly Upstream[];

/** @param base - Address of the control port. */
export function echoAt(base: string): Echo {
  const call = async (path: string, init?: RequestInit): Promise<unknown> => (await fetch(base + path, init)).json();
  return {
    records: async () => (await call("/__requests")) as readonly EchoRecord[],
    forget: async () => void (await call("/__requests", { method: "DELETE" })),
    async answer(status, headers = {}) {
      await call("/__answer", { method: "PUT", body: JSON.stringify({ status, headers }) });
    },
  };
}

export function headersOf(record: EchoRecord, name: string): string[] {
  return record.headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

export function upstreamOf(record: EchoRecord): Upstream | undefined {
  return upstreams.find((name) => ports[name] === record.port);
}

export function pathOf({ line }: EchoRecord): string {
  return line.split(" ").slice(1, -1).join(" ");
}
