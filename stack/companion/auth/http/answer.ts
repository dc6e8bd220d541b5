/** What a route gets, and what it gives. */
import type { IncomingMessage } from "node:http";

export interface Call {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Who asks. */
  readonly address: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

/** Handlers by method; HEAD is answered like GET, without the body. */
export interface Route {
  readonly GET?: Handler;
  readonly POST?: Handler;
}

export function redirect(status: 302 | 303, location: string, cookies: readonly string[] = []): Answer {
  return {
    status,
    headers: { ...uncached, location, ...(cookies.length === 0 ? {} : { "set-cookie": cookies }) },
  };
}

export function json(status: number, content: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { ...uncached, "content-type": "application/json", ...headers },
    body: `${JSON.stringify(content)}\n`,
  };
}

export const uncached = { "cache-control": "no-store", "referrer-policy": "no-referrer" } as const;
