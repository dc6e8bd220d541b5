/**
 * How many connections the admin port takes: each costs the service memory and one of its file descriptors. Scrapers and
 * probes have a few.
 */
import type { Server } from "node:http";
import type { Socket } from "node:net";

const maxConnections = 200;

/** Those that have not asked for anything yet. */
const maxSilent = 100;

/** Sets the bounds. Of connections that say nothing the oldest goes, so that they do not keep scrapers out. */
export function boundConnections(server: Server): void {
  const silent = new Set<Socket>();
  server.maxConnections = maxConnections;
  server.on("connection", (socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
    const [oldest] = silent;
    if (silent.size > maxSilent) oldest?.destroy();
  });
  server.on("request", ({ socket }) => silent.delete(socket));
}
