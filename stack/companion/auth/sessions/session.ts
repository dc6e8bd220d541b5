/** Who is signed in, as a sealed token tells it. */
import type { JWTPayload } from "jose";

interface CommonSession {
  /** Ends with it when it is signed out, however often the token was renewed. */
  readonly id: string;
  readonly user: string;
  /** Milliseconds since 1970: the sign-in, and when this token was made. */
  readonly started: number;
  readonly issued: number;
}

/** Somebody with a password of the box's own; role and existence are looked up at each request. */
export interface LocalSession extends CommonSession {
  readonly kind: "local";
  readonly generation: number;
}

/** Somebody who came from the company's login; the groups are those of the sign-in. */
export interface OidcSession extends CommonSession {
  readonly kind: "oidc";
  readonly issuer: string;
  readonly groups: readonly string[];
  readonly email: string | undefined;
  readonly preferredUsername: string | undefined;
}

export type Session = LocalSession | OidcSession;

export function toClaims(session: Session): JWTPayload {
  return { ...session };
}

/** Gives undefined when the claims are of another version of this service. */
export function fromClaims(claims: JWTPayload): Session | undefined {
  const { id, user, started, issued, kind, generation, issuer, groups, email, preferredUsername } = claims;
  if (typeof id !== "string" || typeof user !== "string") return undefined;
  if (typeof started !== "number" || typeof issued !== "number") return undefined;
  const common = { id, user, started, issued };
  if (kind === "local" && typeof generation === "number") return { ...common, kind, generation };
  if (kind !== "oidc" || typeof issuer !== "string" || !isTexts(groups)) return undefined;
  return { ...common, kind, issuer, groups, email: textOr(email), preferredUsername: textOr(preferredUsername) };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function textOr(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
