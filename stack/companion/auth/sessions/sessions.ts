/** Sessions of people: a sealed token in a cookie, looked at again with every request. */
import { randomUUID } from "node:crypto";
import { cookie, readCookie, removedCookie, sessionCookie } from "../http/cookies.ts";
import { knownGroups, roleOf } from "../roles.ts";
import type { Role } from "../roles.ts";
import type { AuthSettings } from "../settings.ts";
import type { UsersFile } from "../users/user.ts";
import type { Revocations } from "./revocations.ts";
import { createSeal } from "./seal.ts";
import { fromClaims, toClaims } from "./session.ts";
import type { LocalSession, OidcSession, Session } from "./session.ts";

/** Who asks, as Nginx and the pages get to know it. */
export interface Identity {
  readonly user: string;
  readonly preferredUsername: string;
  readonly email: string | undefined;
  readonly role: Role;
  /** Groups that give a role, no others. */
  readonly groups: readonly string[];
}

/** Why a session that was shown is not valid. */
export type Refusal = "forged" | "expired" | "signed-out" | "user-changed" | "way-closed" | "no-role";

export type Checked =
  | { readonly state: "none" }
  | { readonly state: "refused"; readonly reason: Refusal; readonly user: string | undefined }
  | {
      readonly state: "valid";
      readonly session: Session;
      readonly identity: Identity;
      /** The cookie to set when the token is to be made anew. */
      readonly renewed: string | undefined;
    };

type Unstarted<S extends Session> = Omit<S, "id" | "started" | "issued">;

export interface Sessions {
  /** @returns The cookie of a new session. */
  begin(session: Unstarted<LocalSession> | Unstarted<OidcSession>): Promise<string>;
  /** Looks at the `Cookie` header of a request. */
  check(cookies: string | undefined): Promise<Checked>;
  /** Ends a session for ever. @returns The cookie that takes the token from the browser. */
  end(session: Session): Promise<string>;
}

type Settings = Pick<AuthSettings, "sessionKey" | "idleMs" | "lifetimeMs" | "groups" | "localUsers" | "oidc">;

/** A token is made anew when this part of the idle time has passed, five minutes at most. */
const renewalShare = 4;
const longestRenewalMs = 5 * 60_000;

export function createSessions(
  settings: Settings,
  users: () => UsersFile,
  revocations: Revocations,
  now: () => number = Date.now,
): Sessions {
  const seal = createSeal(settings.sessionKey, "session");
  const renewAfterMs = Math.min(settings.idleMs / renewalShare, longestRenewalMs);

  async function cookieFor(session: Session): Promise<string> {
    const expires = Math.min(session.issued + settings.idleMs, session.started + settings.lifetimeMs);
    return cookie(sessionCookie, await seal.seal(toClaims(session), expires), (expires - now()) / 1000);
  }

  async function check(cookies: string | undefined): Promise<Checked> {
    const token = readCookie(cookies, sessionCookie);
    if (token === undefined) return { state: "none" };
    const opened = await seal.open(token);
    if (opened.state !== "valid") return { state: "refused", reason: opened.state, user: undefined };
    const session = fromClaims(opened.claims);
    if (session === undefined) return { state: "refused", reason: "forged", user: undefined };
    const identity = revocations.isRevoked(session) ? "signed-out" : identify(session, settings, users());
    if (typeof identity === "string") return { state: "refused", reason: identity, user: session.user };
    const isOld = now() - session.issued >= renewAfterMs;
    const renewed = isOld ? await cookieFor({ ...session, issued: now() }) : undefined;
    return { state: "valid", session, identity, renewed };
  }

  return {
    begin: (session) => cookieFor({ ...session, id: randomUUID(), started: now(), issued: now() }),
    check,
    async end(session) {
      await revocations.revoke(session, session.started + settings.lifetimeMs);
      return removedCookie(sessionCookie);
    },
  };
}

function identify(session: Session, settings: Settings, { users }: UsersFile): Identity | Refusal {
  if (session.kind === "oidc") return identifyOidc(session, settings);
  if (!settings.localUsers) return "way-closed";
  const user = users.get(session.user);
  if (user?.generation !== session.generation) return "user-changed";
  const groups = [settings.groups[user.role]];
  return { user: user.name, preferredUsername: user.name, email: undefined, role: user.role, groups };
}

function identifyOidc(session: OidcSession, { oidc, groups: names }: Settings): Identity | Refusal {
  if (oidc?.issuer.href !== session.issuer) return "way-closed";
  const groups = knownGroups(session.groups, names);
  const role = roleOf(groups, names);
  if (role === undefined) return "no-role";
  const { user, email, preferredUsername = user } = session;
  return { user, email, preferredUsername, role, groups };
}
