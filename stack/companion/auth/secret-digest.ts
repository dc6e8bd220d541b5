/** Random secrets and their digests. They have 256 bits, so a fast hash is enough: there is nothing to guess. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

export function randomSecret(): string {
  return randomBytes(32).toString("base64url");
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Compares two digests in a time that tells nothing. */
export function isSameDigest(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
