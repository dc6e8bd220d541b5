/**
 * How a worker finds its place. The admin port is the lock: the system gives it to one process, and takes it back
 * when that process ends, however it ends. Whoever has it leads, the others follow.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Admin } from "../admin/server.ts";
import type { Address } from "./address.ts";
import { follow } from "./follower.ts";
import type { Follower } from "./follower.ts";
import type { Leader } from "./leader.ts";
import type { OwnProcess } from "./own-process.ts";

/** What this process is for the others now. Neither: it is alone, or looking. */
export interface Seat {
  leader: Leader | undefined;
  follower: Follower | undefined;
  hasLeft: boolean;
}

export interface ElectionParts {
  readonly own: OwnProcess;
  readonly address: Address;
  readonly seat: Seat;
  readonly server: Admin;
  readonly port: number;
  readonly lead: (url: string) => void;
}

const firstPauseMs = 25;
const longestPauseMs = 3000;

/** A port that is taken for so long is taken by somebody else. */
const patienceMs = 5000;

/** How long the start of a service waits to know where its metrics are. */
const urlMs = 3000;

/** Port 0 is free for every process: without a primary that leads, each has a port of its own. */
const primaryMs = 2000;

/** Takes a seat, and another one whenever the leader ends. Gives the address of the leader's admin port. */
export async function takeSeat(parts: ElectionParts): Promise<string | undefined> {
  const { promise: url, resolve } = Promise.withResolvers<string | undefined>();
  void sitForEver(parts, resolve);
  return Promise.race([url, pause(urlMs, undefined, { ref: false })]);
}

async function sitForEver(parts: ElectionParts, tellUrl: (url: string | undefined) => void): Promise<void> {
  const { own, address, seat } = parts;
  let pauseMs = firstPauseMs;
  let since = performance.now();
  while (!seat.hasLeft) {
    const follower = await follow(address, own);
    if (follower !== undefined) {
      tellUrl(follower.welcome.url);
      await sitUntilClosed(seat, follower);
      pauseMs = firstPauseMs;
      since = performance.now();
    } else if (await tryToLead(parts, performance.now() - since, tellUrl)) return;
    await pause(pauseMs * (1 + Math.random()), undefined, { ref: false });
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

async function sitUntilClosed(seat: Seat, follower: Follower): Promise<void> {
  seat.follower = follower;
  if (seat.hasLeft) void follower.close();
  await follower.closed;
  seat.follower = undefined;
}

async function tryToLead(
  { server, seat, port, lead }: ElectionParts,
  waitedMs: number,
  tellUrl: (url: string | undefined) => void,
): Promise<boolean> {
  if (seat.hasLeft || (port === 0 && waitedMs < primaryMs)) return false;
  try {
    const url = await server.open();
    tellUrl(url);
    if (seat.hasLeft) server.close();
    else if (port !== 0) lead(url);
    return true;
  } catch (error) {
    if (waitedMs > patienceMs || !isTaken(error)) server.sayNotOpened(error);
    return false;
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
