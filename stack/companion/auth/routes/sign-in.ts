/** `/oauth2/sign_in`: a name and a password for a session. */
import type { AuditEvent } from "../audit.ts";
import type { Answer, Call, Route } from "../http/answer.ts";
import { redirect } from "../http/answer.ts";
import { field, readForm } from "../http/form.ts";
import { HttpError } from "../http/http-error.ts";
import { returnPath, wantedPath } from "../http/return-path.ts";
import { isFromOurPage } from "../http/same-origin.ts";
import { authMetrics, count } from "../metrics.ts";
import type { LoginMethod, LoginOutcome } from "../metrics.ts";
import { signInPage } from "../pages/sign-in.ts";
import type { SignInPage } from "../pages/sign-in.ts";
import { Busy } from "../passwords/turns.ts";
import type { AuthService } from "../service.ts";
import { normalName } from "../users/name.ts";
import type { User } from "../users/user.ts";
import { checkSession } from "./check.ts";

export function signInRoute(service: AuthService): Route {
  return {
    async GET(call) {
      const returnTo = returnPath(wantedPath(call.request));
      const { state } = await checkSession(service, call);
      return state === "valid" ? redirect(302, returnTo) : showForm(service, 200, { returnTo });
    },
    async POST(call) {
      requireOurPage(service, call);
      if (!service.settings.localUsers) throw new HttpError(403, "This box takes company accounts only.");
      const form = await readForm(call.request);
      const attempt = {
        typed: field(form, "username"),
        password: field(form, "password"),
        returnTo: returnPath(form.get("rd")),
      };
      if (attempt.typed.trim() === "" || attempt.password === "") {
        return showForm(service, 400, { ...shown(attempt), error: "Enter a user name and a password." });
      }
      return signIn(service, call, attempt);
    },
  };
}

/** Refuses what a page of another site makes a browser send. */
export function requireOurPage({ settings }: AuthService, { request }: Call): void {
  if (isFromOurPage(request.headers, settings.origin)) return;
  throw new HttpError(403, `Only pages of ${settings.origin} may send this form. Open that address and try again.`);
}

/** Notes a sign-in in the audit log and in the counters. */
export function noteLogin(
  { audit }: AuthService,
  { path, address }: Call,
  { method, outcome, user }: { readonly method: LoginMethod; readonly outcome: LoginOutcome; readonly user?: string },
  reason: string = outcome,
): void {
  const isOk = outcome === "ok";
  count(authMetrics.logins, { method, outcome });
  const event: AuditEvent = { action: "user-login", outcome: isOk ? "success" : "failure", address, path };
  audit({ ...event, ...(isOk ? {} : { reason }), ...(user === undefined ? {} : { user }), labels: { method } });
}

interface Attempt {
  readonly typed: string;
  readonly password: string;
  readonly returnTo: string;
}

async function signIn(service: AuthService, call: Call, attempt: Attempt): Promise<Answer> {
  const { limits, users, sessions } = service;
  const name = normalName(attempt.typed) ?? "";
  const note = (outcome: LoginOutcome) =>
    noteLogin(service, call, { method: "password", outcome, user: name || attempt.typed });

  const wait = await limits.admit(call.address, name);
  if (wait !== undefined) {
    note("limited");
    return showForm(service, 429, { ...shown(attempt), error: waitText(wait) }, { "retry-after": String(wait) });
  }
  const user = users.read().users.get(name);
  const isRight = await verify(service, call, attempt, user).catch(async (error: unknown) => {
    await limits.forgive(call.address, name, false);
    if (error instanceof Busy) note("busy");
    throw error;
  });
  if (!isRight || user === undefined) {
    note("wrong");
    return showForm(service, 401, { ...shown(attempt), error: "User name or password is wrong." });
  }
  await limits.forgive(call.address, name, true);
  note("ok");
  const cookie = await sessions.begin({ kind: "local", user: user.name, generation: user.generation });
  return redirect(303, attempt.returnTo, [cookie]);
}

/** Takes as long for users who are not there. */
function verify(
  { passwords }: AuthService,
  { address }: Call,
  { password }: Attempt,
  user: User | undefined,
): Promise<boolean> {
  return passwords.verify(password, user?.password, address);
}

function shown({ typed, returnTo }: Attempt): Pick<SignInPage, "userName" | "returnTo"> {
  return { userName: typed.slice(0, 64), returnTo };
}

function showForm(
  { settings, provider }: AuthService,
  status: number,
  page: Pick<SignInPage, "returnTo" | "userName" | "error">,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return signInPage(status, { ...page, hasLocalUsers: settings.localUsers, hasOidc: provider !== undefined }, headers);
}

function waitText(seconds: number): string {
  const time = seconds < 60 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return `Too many wrong passwords. Try again in ${time}.`;
}
