/**
 * A stand-in for a MongoDB server: it speaks enough of the wire protocol for the driver to connect, find and insert.
 * It stores nothing, and shows nothing about what a real server does.
 *
 * @see https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
import { deserialize, serialize } from "bson";
import type { Document } from "bson";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

export interface MongodbStandIn extends AsyncDisposable {
  readonly port: number;
}

const headerBytes = 16;
const message = 2013;
/** How a driver says hello on a new connection. */
const legacyQuery = 2004;
const legacyReply = 1;

export async function startMongodbStandIn(): Promise<MongodbStandIn> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
        const length = rest.readInt32LE(0);
        answer(socket, rest.subarray(0, length));
        rest = rest.subarray(length);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function answer(socket: Socket, request: Buffer): void {
  const id = request.readInt32LE(4);
  if (request.readInt32LE(12) === legacyQuery) {
    const fields = Buffer.alloc(20);
    fields.writeInt32LE(1, 16);
    socket.write(packet(id, legacyReply, Buffer.concat([fields, serialize(hello)])));
    return;
  }
  // Flags, then sections; the first is the command.
  const command = deserialize(
    request.subarray(headerBytes + 5, headerBytes + 5 + request.readInt32LE(headerBytes + 5)),
  );
  socket.write(packet(id, message, Buffer.concat([Buffer.alloc(5), serialize(replyTo(command))])));
}

function packet(responseTo: number, code: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeInt32LE(headerBytes + body.length, 0);
  header.writeInt32LE(responseTo, 8);
  header.writeInt32LE(code, 12);
  return Buffer.concat([header, body]);
}

const hello = {
  ismaster: true,
  isWritablePrimary: true,
  helloOk: true,
  maxBsonObjectSize: 16 * 1024 ** 2,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: 25,
  readOnly: false,
  ok: 1,
};

/** What a server could say, by the command's name. */
const replies: Readonly<Record<string, Document>> = {
  hello,
  insert: { n: 1, ok: 1 },
  find: { cursor: { id: 0n, ns: "shop.users", firstBatch: [] }, ok: 1 },
  aggregate: { ok: 0, code: 50, codeName: "MaxTimeMSExpired", errmsg: "planted-message" },
};

function replyTo(command: Document): Document {
  return replies[Object.keys(command)[0] ?? ""] ?? { ok: 1 };
}
