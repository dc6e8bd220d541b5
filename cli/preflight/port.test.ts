import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { listenError } from "./port.ts";

test("a port is free, or it is taken, or the address is elsewhere", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  expect(await listenError(port, "127.0.0.1")).toBe("EADDRINUSE");
  expect(await listenError(port, "192.0.2.1")).toBe("EADDRNOTAVAIL");
  server.close();
  await once(server, "close");
  expect(await listenError(port, "127.0.0.1")).toBeUndefined();
});
