/** `/oauth2/start` and `/oauth2/callback`: to the company's login and back. */
import { logger } from "@obsbox/sdk";
import { messageOf } from "../../errors.ts";
import type { Answer, Call, Route } from "../http/answer.ts";
import { redirect } from "../http/answer.ts";
import { cookie, oidcCookie, readCookie, removedCookie } from "../http/cookies.ts";
import { HttpError } from "../http/http-error.ts";
import { returnPath } from "../http/return-path.ts";
import { personOf } from "../oidc/claims.ts";
import { isRefusal } from "../oidc/provider.ts";
import type { Departure, Provider } from "../oidc/provider.ts";
import { errorPage } from "../pages/error.ts";
import { html } from "../pages/html.ts";
import type { AuthService } from "../service.ts";
import { roleOf, roles } from "../roles.ts";
import { createSeal } from "../sessions/seal.ts";
import type { OidcSettings } from "../settings.ts";
import { noteLogin } from "./sign-in.ts";

/** Time to type a password and find the second factor. */
const awayMs = 10 * 60_000;

const retrySeconds = 10;

const toSignIn = html`<p><a href="/oauth2/sign_in">To the sign-in page</a></p>`;

/** Gives the two routes; without a company's login they say so. */
export function oidcRoutes(service: AuthService): readonly (readonly [string, Route])[] {
  const { provider, settings } = service;
  const { oidc } = settings;
  const isOff = (): Answer => errorPage(404, "This box has no company login.", {}, toSignIn);
  if (provider === undefined || oidc === undefined) {
    return [
      ["/oauth2/start", { GET: isOff }],
      ["/oauth2/callback", { GET: isOff }],
    ];
  }
  const seal = createSeal(settings.sessionKey, "oidc-state");
  const login: Login = {
    provider,
    oidc,
    remember: async (departure, returnTo) =>
      cookie(oidcCookie, await seal.seal({ ...departure, returnTo }, Date.now() + awayMs), awayMs / 1000),
    async recall(cookies) {
      const opened = await seal.open(readCookie(cookies, oidcCookie) ?? "");
      const { state, nonce, verifier, returnTo } = opened.claims ?? {};
      if (typeof state !== "string" || typeof nonce !== "string" || typeof verifier !== "string") return undefined;
      return { state, nonce, verifier, returnTo: typeof returnTo === "string" ? returnTo : "/" };
    },
  };
  return [
    ["/oauth2/start", { GET: (call) => start(service, login, call) }],
    ["/oauth2/callback", { GET: (call) => arrive(service, login, call) }],
  ];
}

interface Login {
  readonly provider: Provider;
  readonly oidc: OidcSettings;
  remember(departure: Departure, returnTo: string): Promise<string>;
  recall(cookies: string | undefined): Promise<(Departure & { readonly returnTo: string }) | undefined>;
}

async function start(service: AuthService, login: Login, call: Call): Promise<Answer> {
  try {
    const [url, departure] = await login.provider.depart();
    return redirect(302, url.href, [await login.remember(departure, returnPath(call.query.get("rd")))]);
  } catch (error) {
    return notAvailable(service, call, error);
  }
}

async function arrive(service: AuthService, login: Login, call: Call): Promise<Answer> {
  const memory = await login.recall(call.request.headers.cookie);
  if (memory === undefined) {
    noteLogin(service, call, { method: "oidc", outcome: "refused" }, "no-state");
    return errorPage(400, "The sign-in took too long, or was begun in another browser.", {}, toSignIn);
  }
  try {
    const url = new URL(call.request.url ?? "", service.settings.origin);
    return await admit(service, login, call, await login.provider.arrive(url, memory), memory.returnTo);
  } catch (error) {
    return isRefusal(error) ? refused(service, call, error) : notAvailable(service, call, error);
  }
}

async function admit(
  service: AuthService,
  { oidc }: Login,
  call: Call,
  claims: Readonly<Record<string, unknown>>,
  returnTo: string,
): Promise<Answer> {
  const person = personOf(claims, oidc.groupsClaim, oidc.issuer.hostname);
  if (person === undefined) throw new HttpError(503, "The company login did not say who you are.");
  const { settings, sessions } = service;
  if (roleOf(person.groups, settings.groups) === undefined) {
    noteLogin(service, call, { method: "oidc", outcome: "refused", user: person.user }, "no-role");
    return noRole(service, person.user);
  }
  noteLogin(service, call, { method: "oidc", outcome: "ok", user: person.user });
  const session = await sessions.begin({ kind: "oidc", issuer: oidc.issuer.href, ...person });
  return redirect(302, returnTo, [session, removedCookie(oidcCookie)]);
}

function noRole({ settings }: AuthService, user: string): Answer {
  const names = roles.map((role) => settings.groups[role]).join(", ");
  const next = html`<p>
      Ask the administrators of your company account to put you into one of these groups, then sign in again:
      <strong>${names}</strong>.
    </p>
    ${toSignIn}`;
  return errorPage(403, `${user} is known, but is in no group that may use this box.`, removed, next);
}

const removed = { "set-cookie": removedCookie(oidcCookie) } as const;

/** The person said no, or what came back does not belong to what was asked. */
function refused(service: AuthService, call: Call, error: unknown): Answer {
  logger.warn(`the company login was not completed: ${messageOf(error)}`);
  noteLogin(service, call, { method: "oidc", outcome: "refused" }, "not-completed");
  return errorPage(403, "The sign-in was not completed. Begin it again.", removed, toSignIn);
}

function notAvailable(service: AuthService, call: Call, error: unknown): Answer {
  logger.error(`the company login cannot be used: ${reasonsOf(error)}`);
  noteLogin(service, call, { method: "oidc", outcome: "busy" }, "issuer-not-available");
  const headers = { "retry-after": String(retrySeconds) };
  return errorPage(503, "The company login does not answer. Try again in a moment.", headers, toSignIn);
}

/** The message of an error and of its causes. */
function reasonsOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? `${messageOf(error)}: ${reasonsOf(cause)}` : messageOf(error);
}
