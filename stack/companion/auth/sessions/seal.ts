/**
 * Tokens that only this service can make and read: encrypted JWTs. Each purpose has a key of its own, so that a token made for
 * one is noise for every other.
 */
import { hkdfSync } from "node:crypto";
import { EncryptJWT, errors, jwtDecrypt } from "jose";
import type { JWTPayload } from "jose";

export interface Seal {
  /** @param expires - Milliseconds since 1970. */
  seal(claims: JWTPayload, expires: number): Promise<string>;
  open(token: string): Promise<Opened>;
}

export type Opened =
  | { readonly state: "valid"; readonly claims: JWTPayload }
  | { readonly state: "expired" | "forged"; readonly claims?: undefined };

const keyBytes = 32;
const [algorithm, encryption] = ["dir", "A256GCM"] as const;

export function createSeal(secret: string, purpose: string): Seal {
  const key = new Uint8Array(hkdfSync("sha256", secret, "", `obsbox auth ${purpose} v1`, keyBytes));
  return {
    seal: (claims, expires) =>
      new EncryptJWT(claims)
        .setProtectedHeader({ alg: algorithm, enc: encryption })
        .setAudience(purpose)
        .setExpirationTime(Math.floor(expires / 1000))
        .encrypt(key),
    async open(token) {
      try {
        const { payload } = await jwtDecrypt(token, key, {
          audience: purpose,
          requiredClaims: ["exp"],
          keyManagementAlgorithms: [algorithm],
          contentEncryptionAlgorithms: [encryption],
        });
        return { state: "valid", claims: payload };
      } catch (error) {
        // Whatever else is wrong with it, we have not made it.
        return { state: error instanceof errors.JWTExpired ? "expired" : "forged" };
      }
    },
  };
}
