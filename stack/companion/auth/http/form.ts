/** Forms, read whole, small and strict. */
import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.ts";

const maxBytes = 8 * 1024;
const formType = "application/x-www-form-urlencoded";

export type Form = ReadonlyMap<string, string>;

/**
 * Reads a form.
 *
 * @throws HttpError 413 when it is larger than 8 KiB, 415 when it is something else, 400 when it is malformed.
 */
export async function readForm(request: IncomingMessage): Promise<Form> {
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  if (type.trim().toLowerCase() !== formType) throw new HttpError(415, `The form is not of the type ${formType}.`);
  return parseForm((await readBody(request)).toString("latin1"));
}

/** The value of a field that a page of ours always sends. */
export function field(form: Form, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new HttpError(400, `The form has no field ${name}.`);
  return value;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  // What follows a refusal is not read: the connection ends.
  const tooLarge = new HttpError(413, `The form is larger than ${maxBytes} bytes.`, { connection: "close" });
  if (Number(request.headers["content-length"]) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) throw tooLarge;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** @throws HttpError 400 for what is no percent-encoded UTF-8 and for a field that is there twice. */
export function parseForm(text: string): Form {
  const form = new Map<string, string>();
  for (const part of text.split("&").filter(Boolean)) {
    const [name = "", value = ""] = part.split(/=(.*)/s, 2).map(decode);
    if (form.has(name)) throw new HttpError(400, "The form has a field twice.");
    form.set(name, value);
  }
  return form;
}

function decode(text: string): string {
  if (!/^[ -~]*$/.test(text)) throw new HttpError(400, "The form is not percent-encoded.");
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new HttpError(400, "The form is not percent-encoded UTF-8.");
  }
}
