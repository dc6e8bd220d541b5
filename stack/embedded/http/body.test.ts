import { Agent, request as send } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBody } from "./body.ts";
import { serve } from "./server.ts";
import type { RunningServer } from "./server.ts";

const maxBytes = 64 * 1024;

/** Answers with the size of what it has read. */
let server: RunningServer;
beforeAll(async () => {
  const handle = async ({ request }: { request: Parameters<typeof readBody>[0] }) => ({
    body: String((await readBody(request, maxBytes)).length),
  });
  server = await serve([{ method: "POST", path: "/", handle }], { host: "127.0.0.1", port: 0, token: undefined });
});
afterAll(() => server.close());

async function post(body: Uint8Array<ArrayBuffer> | ReadableStream, headers: Record<string, string> = {}) {
  const init = { method: "POST", body, headers, duplex: "half" } as const;
  const response = await fetch(`http://127.0.0.1:${server.port}/`, init);
  return [response.status, await response.text()];
}

const gzip = { "content-encoding": "gzip" };
const zeros = (bytes: number) => Buffer.alloc(bytes);

/** A body that comes without its length. */
function stream(bytes: number): ReadableStream {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(zeros(Math.min(left, 16 * 1024)));
      left -= 16 * 1024;
    },
  });
}

test.each([
  ["nothing", () => zeros(0), {}, 0],
  ["as much as is allowed", () => zeros(maxBytes), {}, maxBytes],
  ["as much without its length", () => stream(maxBytes), {}, maxBytes],
  ["as much once it is decompressed", () => gzipSync(zeros(maxBytes)), gzip, maxBytes],
  ["what says that it is as it is", () => zeros(5), { "content-encoding": "identity" }, 5],
])("%s is read", async (_what, body, headers, size) => {
  expect(await post(body(), headers)).toEqual([200, String(size)]);
});

test.each([
  ["one byte too much", () => zeros(maxBytes + 1), {}, 413],
  ["too much without its length", () => stream(maxBytes * 4), {}, 413],
  ["a gzip bomb", () => gzipSync(zeros(maxBytes * 1024)), gzip, 413],
  ["one byte too much once it is decompressed", () => gzipSync(zeros(maxBytes + 1)), gzip, 413],
  ["what is not gzip", () => zeros(50), gzip, 400],
  ["gzip that is cut off", () => gzipSync(zeros(5000)).subarray(0, -5), gzip, 400],
  ["another compression", () => zeros(50), { "content-encoding": "br" }, 415],
])("%s is refused", async (_what, body, headers, status) => {
  expect(await post(body(), headers)).toEqual([status, expect.stringContaining("error")]);
});

test("after a refusal the connection takes the next request", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (chunks: readonly Buffer[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const request = send({ port: server.port, method: "POST", agent }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode));
    });
    request.once("error", reject);
    for (const chunk of chunks) request.write(chunk);
    request.end();
    return promise;
  };
  expect(await ask(Array.from({ length: 16 }, () => zeros(maxBytes)))).toBe(413);
  expect(await ask([zeros(5)])).toBe(200);
  agent.destroy();
});
