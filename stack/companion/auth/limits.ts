/**
 * How often a password may be wrong. Counted is before a password is verified, so that a thousand at the same moment are
 * not verified all; what was right is taken back.
 */
import { createHmac, randomBytes } from "node:crypto";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { networkOf } from "./http/client-address.ts";
import { authMetrics, observe } from "./metrics.ts";

interface Row {
  /** How many wrong passwords. */
  readonly points: number;
  readonly seconds: number;
  readonly keyOf: (address: string, user: string) => string;
  /** Whether a right password forgets the wrong ones before it. */
  readonly isForgiving: boolean;
}

/**
 * Nobody is locked out from elsewhere: every limit is about an address. The second one lets at most 20 through in any
 * minute, ten at its end and ten at the beginning of the next; the third is for those who try slowly.
 */
const rows: readonly Row[] = [
  { points: 5, seconds: 5 * 60, keyOf: (address, user) => `${address} ${user}`, isForgiving: true },
  { points: 10, seconds: 60, keyOf: (address) => address, isForgiving: false },
  { points: 100, seconds: 60 * 60, keyOf: (address) => address, isForgiving: false },
];

/** Keys of each limit. There are never more; two that share one share the limit. */
const usualBuckets = 2 ** 14;

export interface SignInLimits {
  /**
   * Counts a try.
   *
   * @returns Seconds to wait when it is one too many, else undefined.
   */
  admit(address: string, user: string): Promise<number | undefined>;
  /** Takes back a try that was right, or was not verified. */
  forgive(address: string, user: string, isRight: boolean): Promise<void>;
  /** Keys that are over a limit now. */
  active(): number;
}

export function createLimits(buckets = usualBuckets): SignInLimits {
  const key = randomBytes(32);
  const bucketOf = (text: string) => createHmac("sha256", key).update(text).digest().readUInt32BE() % buckets;
  const limiters = rows.map((row) => {
    const limiter = new RateLimiterMemory({ points: row.points, duration: row.seconds });
    const bucketFor = (address: string, user: string) => bucketOf(row.keyOf(networkOf(address), user));
    return { ...row, limiter, bucketFor };
  });
  const limits: SignInLimits = {
    async admit(address, user) {
      for (const [index, { limiter, bucketFor }] of limiters.entries()) {
        const wait = await consume(limiter, bucketFor(address, user));
        if (wait === undefined) continue;
        for (const before of limiters.slice(0, index)) await before.limiter.reward(before.bucketFor(address, user));
        return wait;
      }
      return undefined;
    },
    async forgive(address, user, isRight) {
      for (const { limiter, bucketFor, isForgiving } of limiters) {
        const bucket = bucketFor(address, user);
        await (isRight && isForgiving ? limiter.delete(bucket) : limiter.reward(bucket));
      }
    },
    active: () => limiters.reduce((sum, { limiter, points }) => sum + keysOver(limiter, points), 0),
  };
  observe(authMetrics.limitsActive, () => limits.active());
  return limits;
}

/** Seconds to wait when the limit is reached. */
async function consume(limiter: RateLimiterMemory, bucket: number): Promise<number | undefined> {
  try {
    await limiter.consume(bucket);
    return undefined;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    throw error;
  }
}

function keysOver(limiter: RateLimiterMemory, points: number): number {
  return limiter.dump().storage.filter(({ value }) => value > points).length;
}
