/** Who somebody is, by what the company's login says. */
import type { Fields } from "../files/fields.ts";

export interface Person {
  readonly user: string;
  readonly email: string | undefined;
  readonly preferredUsername: string | undefined;
  readonly groups: readonly string[];
}

/**
 * Reads the claims of a person.
 *
 * The name always has an @, which local users never have: nobody who may choose a name there becomes another one here.
 *
 * @param issuerHost - Stands behind names that are no addresses.
 */
export function personOf(claims: Fields, groupsClaim: string, issuerHost: string): Person | undefined {
  const [subject, preferredUsername] = [textOf(claims["sub"]), textOf(claims["preferred_username"])];
  if (subject === undefined) return undefined;
  const email = claims["email_verified"] === false ? undefined : textOf(claims["email"]);
  const user = (email?.includes("@") === true ? email : undefined) ?? `${preferredUsername ?? subject}@${issuerHost}`;
  return { user, email, preferredUsername, groups: groupsOf(claims[groupsClaim]) };
}

/** A list, or one name. */
function groupsOf(claim: unknown): readonly string[] {
  if (typeof claim === "string") return [claim];
  return Array.isArray(claim) ? claim.filter((item) => typeof item === "string") : [];
}

/** They go into headers: what cannot stand there is percent-encoded. */
function textOf(claim: unknown): string | undefined {
  if (typeof claim !== "string" || claim.length > 256) return undefined;
  return (
    claim
      .toWellFormed()
      .replaceAll(/[^ -$&-~]/gu, encodeURIComponent)
      .trim() || undefined
  );
}
