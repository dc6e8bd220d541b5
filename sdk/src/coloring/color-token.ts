/**
 * The secret that services share, and the marks that it signs. A mark says that the holder of the secret has coloured
 * this one trace, and for how long: what a stranger makes up, or has seen on another trace, is none.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

export interface ColorToken {
  isToken(given: string): boolean;
  /** The mark that goes along with a trace, safe in a header. */
  mark(traceId: string): string;
  isMark(given: string, traceId: string): boolean;
}

/** Long enough for what waits in a queue, short enough for what was overheard. */
const validSeconds = 15 * 60;

/** Clocks of two machines differ. */
const skewSeconds = 60;

/** Until when, in seconds since 1970, base 36; then 128 bits of the signature. */
const markPattern = /^([0-9a-z]{1,8})\.[0-9a-f]{32}$/;

/** @param now - The clock, in milliseconds since 1970. */
export function createColorToken(token: string, now: () => number = Date.now): ColorToken {
  const seconds = () => Math.floor(now() / 1000);
  const expected = digest(token);
  const markUntil = (until: string, traceId: string) => {
    const signature = createHmac("sha256", token).update(`obsbox.color ${traceId} ${until}`).digest("hex");
    return `${until}.${signature.slice(0, 32)}`;
  };
  return {
    isToken: (given) => timingSafeEqual(digest(given), expected),
    mark: (traceId) => markUntil((seconds() + validSeconds).toString(36), traceId),
    isMark(given, traceId) {
      const until = markPattern.exec(given)?.[1];
      if (until === undefined || Number.parseInt(until, 36) + skewSeconds < seconds()) return false;
      return timingSafeEqual(Buffer.from(given), Buffer.from(markUntil(until, traceId)));
    },
  };
}

/** Texts of any length become comparable in constant time. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
