/** Bodies of requests, bounded, also after decompression. */
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { HttpError } from "./server.ts";

const decompress = promisify(gunzip);

/**
 * Reads the whole body.
 *
 * @param maxBytes - For the body as it is sent, and for what it becomes.
 * @throws HttpError 413 when it is larger, 415 or 400 when it cannot be decompressed.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const body = await readRaw(request, maxBytes);
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return body;
  if (encoding !== "gzip") throw new HttpError(415, `content-encoding ${encoding} is not known, expected gzip or none`);
  try {
    return await decompress(body, { maxOutputLength: maxBytes });
  } catch (error) {
    const isTooLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLarge ? tooLarge(maxBytes) : new HttpError(400, "the body is not gzip");
  }
}

async function readRaw(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers["content-length"]) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) break;
    chunks.push(bytes);
  }
  if (size <= maxBytes) return Buffer.concat(chunks);
  // What comes after a refusal is read and thrown away, so that the sender gets to see it and can go on.
  request.resume();
  throw tooLarge(maxBytes);
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, `the body is larger than ${maxBytes} bytes`);
}
