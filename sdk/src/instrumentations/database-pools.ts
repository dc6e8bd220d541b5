/**
 * Pools of connections to databases, read when metrics are collected: a pool that is exhausted has no events any more.
 * None is kept from being collected.
 */
import type { Attributes } from "@opentelemetry/api";
import { all, observe } from "../metrics/observe.ts";
import type { MetricPipeline } from "../metrics/pipeline.ts";
import { attributes, metrics } from "../vocabulary.ts";

/** What a pool says of itself now. */
export interface PoolState {
  readonly idle: number;
  readonly used: number;
  /** Requests that wait for a connection. */
  readonly pending: number;
  readonly max: number | undefined;
}

interface KnownPool {
  readonly name: string;
  /** Undefined when the pool has ended, or nobody holds it any more. */
  read(): PoolState | undefined;
}

const noted = new WeakSet<object>();
let known: readonly KnownPool[] = [];

/** Those that observe; the instruments are made when there is a pool. */
const pipelines: MetricPipeline[] = [];
let stopObserving: (() => void) | undefined;

/**
 * Notes a pool; noting it again is harmless and cheap.
 *
 * @param nameOf - `host:port/database`, never with a password.
 * @param stateOf - Gives undefined for a pool that has ended.
 */
export function notePool<P extends object>(
  pool: P,
  nameOf: (pool: P) => string,
  stateOf: (pool: P) => PoolState | undefined,
): void {
  if (noted.has(pool)) return;
  noted.add(pool);
  const reference = new WeakRef(pool);
  const read = () => {
    const held = reference.deref();
    return held === undefined ? undefined : stateOf(held);
  };
  known = [...known, { name: nameOf(pool), read }];
  startObserving();
}

/** Shows the pools that are noted, for as long as one row wants them. */
export function observePools(pipeline: MetricPipeline): () => void {
  pipelines.push(pipeline);
  if (known.length > 0) startObserving();
  return () => {
    pipelines.splice(pipelines.indexOf(pipeline), 1);
    if (pipelines.length > 0) return;
    stopObserving?.();
    stopObserving = undefined;
  };
}

function startObserving(): void {
  const [pipeline] = pipelines;
  if (pipeline === undefined) return;
  stopObserving ??= all(
    observe(pipeline, metrics.dbClientConnectionCount, () => readAll().flatMap(countsOf)),
    observe(pipeline, metrics.dbClientConnectionMax, () =>
      readAll().flatMap(([name, { max }]) => (max === undefined ? [] : [[labelsOf(name), max] as const])),
    ),
    observe(pipeline, metrics.dbClientConnectionPendingRequests, () =>
      readAll().map(([name, { pending }]) => [labelsOf(name), pending]),
    ),
  );
}

/** What is shown once is shown for ever: of a pool that is gone, nothing is left. */
const gone: PoolState = { idle: 0, used: 0, pending: 0, max: 0 };
const names = new Set<string>();

function readAll(): (readonly [string, PoolState])[] {
  const states = known.map((pool) => ({ pool, state: pool.read() }));
  known = states.filter(({ state }) => state !== undefined).map(({ pool }) => pool);
  const sums = sumByName(states.map(({ pool, state }) => [pool.name, state]));
  for (const name of sums.keys()) names.add(name);
  return [...names].map((name) => [name, sums.get(name) ?? gone]);
}

/** Two pools to one database are one series. */
function sumByName(states: readonly (readonly [string, PoolState | undefined])[]): ReadonlyMap<string, PoolState> {
  const sums = new Map<string, PoolState>();
  for (const [name, state] of states) {
    if (state === undefined) continue;
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? state : add(sum, state));
  }
  return sums;
}

function add(first: PoolState, second: PoolState): PoolState {
  return {
    idle: first.idle + second.idle,
    used: first.used + second.used,
    pending: first.pending + second.pending,
    max: first.max === undefined || second.max === undefined ? undefined : first.max + second.max,
  };
}

function countsOf([name, { idle, used }]: readonly [string, PoolState]): (readonly [Attributes, number])[] {
  return [
    [{ ...labelsOf(name), [attributes.dbClientConnectionState]: "idle" }, idle],
    [{ ...labelsOf(name), [attributes.dbClientConnectionState]: "used" }, used],
  ];
}

function labelsOf(name: string): Attributes {
  return { [attributes.dbClientConnectionPoolName]: name };
}

/** `host:port/database`, or what is known of it; the address of a connection string gives its parts, never its user and password. */
export function poolName(parts: {
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | string | undefined;
  readonly database?: string | undefined;
}): string {
  const url = parts.url === undefined ? null : URL.parse(parts.url);
  const host = url?.hostname || parts.host || "localhost";
  const port = url?.port || parts.port;
  const database = url?.pathname.slice(1) || parts.database;
  return `${host}${port ? `:${port}` : ""}${database ? `/${database}` : ""}`;
}
