/** Load over connections that stay open: little work for each request, so that the service is what is busy. */
import { once } from "node:events";
import { connect } from "node:net";

export interface KeepAliveLoad {
  readonly port: number;
  readonly connections: number;
  readonly requestsEach: number;
  readonly path: (connection: number, request: number) => string;
  /** Told of the body of each answer. */
  readonly onBody: (body: string) => void;
}

/** Sends a request on each connection as soon as the one before is answered. */
export async function runKeepAliveLoad({ connections, ...load }: KeepAliveLoad): Promise<void> {
  await Promise.all(Array.from({ length: connections }, (_, connection) => runConnection(connection, load)));
}

async function runConnection(
  connection: number,
  { port, requestsEach, path, onBody }: Omit<KeepAliveLoad, "connections">,
): Promise<void> {
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  let received = "";
  let sent = 0;
  const send = () => {
    if (sent === requestsEach) socket.end();
    else socket.write(`GET ${path(connection, sent++)} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  };
  socket.on("connect", send);
  socket.on("data", (chunk: string) => {
    received += chunk;
    const answer = takeAnswer(received);
    if (answer === undefined) return;
    received = received.slice(answer.length);
    if (answer.status !== 200) socket.destroy(new Error(`request ${sent} of ${connection} got ${answer.status}`));
    onBody(answer.body);
    send();
  });
  await once(socket, "close"); // Rejects on an error.
  if (sent < requestsEach) throw new Error(`the service closed connection ${connection} after ${sent} requests`);
}

interface Answer {
  readonly status: number;
  readonly body: string;
  /** Characters of the whole answer. */
  readonly length: number;
}

function takeAnswer(text: string): Answer | undefined {
  const headersEnd = text.indexOf("\r\n\r\n");
  const bodyLength = Number(/content-length: (\d+)/i.exec(text.slice(0, headersEnd))?.[1]);
  const length = headersEnd + 4 + bodyLength;
  if (headersEnd === -1 || text.length < length) return undefined;
  return { status: Number(text.slice(9, 12)), body: text.slice(headersEnd + 4, length), length };
}
