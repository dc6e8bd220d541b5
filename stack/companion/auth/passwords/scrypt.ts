/**
 * Password hashes: scrypt in Node's thread pool, its parameters in each hash.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt
 */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { normalPassword } from "./policy.ts";

interface Parameters {
  /** Binary logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and about a fifth of a second: one of OWASP's settings. */
const current: Parameters = { ln: 15, r: 8, p: 3 };

const keyBytes = 32;
const saltBytes = 16;

/** In the manner of the PHC string format. */
const format = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]{22,86})\$([\w-]{43})$/;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  return formatHash(salt, await derive(password, salt, current));
}

/** A hash that no password has, which costs as much as a real one: for users who are not there. */
export function hashOfNobody(): string {
  return formatHash(randomBytes(saltBytes), randomBytes(keyBytes));
}

/** @throws Error when the hash is none of ours. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [, ln, r, p, salt = "", key = ""] = format.exec(hash) ?? [];
  if (ln === undefined)
    throw new Error("the password hash of this user cannot be read; make a new link with users reset");
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, "base64url"), parameters);
  return timingSafeEqual(derived, Buffer.from(key, "base64url"));
}

function formatHash(salt: Buffer, key: Buffer): string {
  const { ln, r, p } = current;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString("base64url")}$${key.toString("base64url")}`;
}

function derive(password: string, salt: Buffer, { ln, r, p }: Parameters): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const N = 2 ** ln;
  const memory = 128 * r * (N + p + 2);
  scrypt(normalPassword(password), salt, keyBytes, { N, r, p, maxmem: memory * 2 }, (error, key) =>
    error === null ? resolve(key) : reject(error),
  );
  return promise;
}
