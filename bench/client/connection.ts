/** One kept connection that carries one request at a time, with as little work for this machine as can be. */
import { once } from "node:events";
import { createConnection } from "node:net";

export interface Connection {
  /** @param answered is called when the whole answer is there. */
  request(answered: () => void): void;
  close(): void;
}

export async function connect(url: URL): Promise<Connection> {
  const socket = createConnection({ host: url.hostname, port: Number(url.port), noDelay: true });
  await once(socket, "connect");
  const bytes = Buffer.from(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`);
  let pending: (() => void) | undefined;
  let received = "";
  // Latin 1 has one character for each byte, so that lengths agree.
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    received += chunk;
    const length = answerLength(received);
    if (length === undefined || received.length < length) return;
    received = received.slice(length);
    const answered = pending;
    pending = undefined;
    answered?.();
  });
  // What is not answered is not counted: a broken connection shows as requests that are missing.
  socket.on("error", () => undefined);
  return {
    request(answered) {
      pending = answered;
      socket.write(bytes);
    },
    close: () => void socket.destroy(),
  };
}

/**
 * Bytes of the answer that begins here, `undefined` until its head is there.
 *
 * @throws Error when it is not a success, or does not say how long it is.
 */
export function answerLength(text: string): number | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = text.slice(0, end);
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  if (!head.startsWith("HTTP/1.1 200") || length === undefined) throw new Error(`unexpected answer: ${head}`);
  return end + 4 + Number(length);
}
