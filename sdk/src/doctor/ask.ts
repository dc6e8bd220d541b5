/** One request with a deadline, for checks. */
import { request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import type { Tls } from "../otlp/target.ts";

export const deadlineMs = 4000;

export interface Question {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: Tls;
  /** Makes it a POST. */
  readonly body?: Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly date: string | undefined;
  /** Its beginning. */
  readonly body: string;
}

const maxBytes = 256 * 1024;

/** @throws Error when there is no answer in time. */
export async function ask({ url, headers, tls, body }: Question): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const request = url.startsWith("https:") ? requestSecure : requestPlain;
  const signal = AbortSignal.timeout(deadlineMs);
  const call = request(url, { ...tls, headers, signal, method: body === undefined ? "GET" : "POST", agent: false });
  call.on("error", reject);
  call.on("response", (response) => {
    const parts: Buffer[] = [];
    const finish = () =>
      resolve({
        status: response.statusCode ?? 0,
        date: response.headers.date,
        body: Buffer.concat(parts).toString(),
      });
    let size = 0;
    response.on("data", (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size > maxBytes) response.destroy();
    });
    response.on("error", finish); // The status counts, however the rest goes.
    response.on("close", finish);
  });
  call.end(body);
  return promise;
}
