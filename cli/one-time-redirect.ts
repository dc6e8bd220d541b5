/**
 * Opens an address that is a secret in the browser. What stands in a program's arguments can be read by every user of the
 * machine, so the browser is given another address, of a server on this machine that answers one request and is gone.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

export interface Redirect {
  readonly url: string;
  /** Resolves when the browser has come, or nobody did in time. @returns Whether it came. */
  readonly used: Promise<boolean>;
}

export async function openRedirect(target: string, timeoutMs: number): Promise<Redirect> {
  const path = `/${randomBytes(16).toString("base64url")}`;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer((request, response) => {
    const isIt = request.url === path;
    const headers = { connection: "close", "cache-control": "no-store", "referrer-policy": "no-referrer" };
    response.writeHead(isIt ? 303 : 404, isIt ? { ...headers, location: target } : headers).end(() => {
      if (isIt) resolve(true);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const timer = setTimeout(() => resolve(false), timeoutMs);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const used = promise.finally(() => {
    clearTimeout(timer);
    server.close();
  });
  return { url: `http://127.0.0.1:${port}${path}`, used };
}
