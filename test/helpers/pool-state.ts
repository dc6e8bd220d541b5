/** What a scrape says of one pool of connections. */
import type { Program } from "./run-program.ts";
import { samplesOf, scrape } from "./scrape.ts";

export interface PoolState {
  readonly idle: number | undefined;
  readonly used: number | undefined;
  readonly pending: number | undefined;
  readonly max: number | undefined;
}

export const noPool: PoolState = { idle: 0, used: 0, pending: 0, max: 0 };

export async function poolStateOf(program: Program, pool: string): Promise<PoolState> {
  const samples = await scrape(program);
  const valueOf = (name: string, state?: string) =>
    samplesOf(samples, name).find(
      ({ labels }) =>
        labels["db_client_connection_pool_name"] === pool && labels["db_client_connection_state"] === state,
    )?.value;
  return {
    idle: valueOf("db_client_connection_count", "idle"),
    used: valueOf("db_client_connection_count", "used"),
    pending: valueOf("db_client_connection_pending_requests"),
    max: valueOf("db_client_connection_max"),
  };
}
