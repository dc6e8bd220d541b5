/**
 * What an answer means for what was sent.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
import type { Answer, Reply } from "./post.ts";

export type Verdict =
  | { readonly kind: "taken"; readonly answer: Answer }
  /** To be sent again. */
  | {
      readonly kind: "again";
      readonly message: string;
      readonly retryAfterMs: number | undefined;
      readonly isTimeout: boolean;
    }
  /** Will never be taken. */
  | { readonly kind: "refused"; readonly message: string };

/**
 * OTLP names 429, 502, 503 and 504. The others say nothing about what was sent: a token that is being changed, a
 * proxy that wants another login, a request that took too long to arrive.
 */
const temporary: ReadonlySet<number> = new Set([401, 403, 407, 408, 429, 502, 503, 504]);

const maxTextLength = 200;

export function verdictOf(reply: Reply, now: number = Date.now()): Verdict {
  if (reply.status === undefined) {
    const { message, isTimeout } = reply;
    return { kind: "again", message, isTimeout, retryAfterMs: undefined };
  }
  if (reply.status >= 200 && reply.status < 300) return { kind: "taken", answer: reply };
  const message = describe(reply);
  if (!temporary.has(reply.status)) return { kind: "refused", message };
  return { kind: "again", message, isTimeout: false, retryAfterMs: parseRetryAfter(reply.retryAfter, now) };
}

/**
 * Reads a Retry-After header: seconds, or a date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Bodies of Protobuf show as their readable parts. */
function describe({ status, body }: Answer): string {
  const text = body
    .toString("utf8", 0, maxTextLength * 2)
    .replace(/[^\x21-\x7e]+/g, " ")
    .trim();
  return text === "" ? `it answered ${status}` : `it answered ${status} ${text.slice(0, maxTextLength)}`;
}
