/** What the measured service talks to: the service that it asks for prices, and the receiver of its spans. */
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { decode } from "../stack/embedded/otlp/decode.ts";
import { tracesRequest } from "../stack/embedded/otlp/schema.ts";

export interface Receiver {
  readonly url: string;
  /** Waits until no more comes, gives the number of spans since the last call. */
  takeSpans(): Promise<number>;
}

const quietMs = 1500;

export async function startReceiver(): Promise<Receiver> {
  let bodies: Buffer[] = [];
  let lastAt = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url?.startsWith("/price/") === true) {
        response.setHeader("content-type", "application/json");
        response.end('{"price":1250}');
        return;
      }
      if (request.url === "/v1/traces") {
        // Decoded after the measurement, so that it costs the load nothing.
        const body = Buffer.concat(chunks);
        bodies.push(request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body);
        lastAt = performance.now();
      }
      response.end();
    });
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the receiver has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async takeSpans() {
      while (performance.now() - lastAt < quietMs) await sleep(100);
      const taken = bodies;
      bodies = [];
      return taken.reduce((sum, body) => sum + countSpans(body), 0);
    },
  };
}

function countSpans(body: Uint8Array): number {
  const groups = list(decode(body, tracesRequest)["resourceSpans"]);
  const scopes = groups.flatMap((group) => list(group["scopeSpans"]));
  return scopes.reduce((sum, scope) => sum + list(scope["spans"]).length, 0);
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value : [];
}
