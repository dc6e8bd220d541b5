/** HTTP by hand, for what clients do not let through: pipelining, wrong requests, upgrades on a used connection. */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { once } from "node:events";
import { waitFor } from "./wait-for.ts";

export interface RawConnection extends AsyncDisposable {
  write(text: string): void;
  /** Waits until what has come contains a text, gives all of it and forgets it. */
  until(text: string | RegExp): Promise<string>;
  /** Waits until the other side has closed the connection. */
  closed(): Promise<string>;
}

export async function connectRaw(port: number): Promise<RawConnection> {
  const socket: Socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let received = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (received += chunk));
  socket.on("error", () => {}); // The other side may reset what it does not like.
  const ended = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
  return {
    write: (text) => void socket.write(text),
    async until(text) {
      await waitFor(`${String(text)} from the server`, () => received.search(text) !== -1);
      const all = received;
      received = "";
      return all;
    },
    async closed() {
      await ended;
      return received;
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}
