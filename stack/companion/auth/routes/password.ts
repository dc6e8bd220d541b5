/** `/oauth2/password`: a one-time link, through which a user chooses a password. */
import type { Answer, Call, Route } from "../http/answer.ts";
import { redirect } from "../http/answer.ts";
import { field, readForm } from "../http/form.ts";
import { HttpError } from "../http/http-error.ts";
import { errorPage } from "../pages/error.ts";
import { html } from "../pages/html.ts";
import { passwordPage } from "../pages/password.ts";
import { passwordProblem } from "../passwords/policy.ts";
import type { AuthService } from "../service.ts";
import { findLink, useLink } from "../users/changes.ts";
import type { User } from "../users/user.ts";
import { noteLogin, requireOurPage } from "./sign-in.ts";

export function passwordRoute(service: AuthService): Route {
  return {
    GET(call) {
      requireLocalUsers(service);
      const token = call.query.get("token") ?? "";
      const user = userOfLink(service, token);
      return user === undefined ? refuse(service, call) : passwordPage(200, { userName: user.name, token });
    },
    async POST(call) {
      requireOurPage(service, call);
      requireLocalUsers(service);
      const form = await readForm(call.request);
      const [token, password, again] = [field(form, "token"), field(form, "password"), field(form, "again")];
      const userName = userOfLink(service, token)?.name;
      if (userName === undefined) return refuse(service, call);
      const error =
        passwordProblem(password, userName) ?? (password === again ? undefined : "The two are not the same.");
      if (error !== undefined) return passwordPage(400, { userName, token, error });
      return setPassword(service, call, token, password);
    },
  };
}

async function setPassword(service: AuthService, call: Call, token: string, password: string): Promise<Answer> {
  const { users, passwords, sessions, settings, audit } = service;
  const hash = await passwords.hash(password, call.address);
  const user = await users.change((file) => {
    const now = Date.now();
    const found = findLink(file, token, settings.firstLink, now);
    if (found === undefined) return [file, undefined]; // Somebody else was quicker.
    const changed = useLink(file, found, hash, now);
    return [changed, changed.users.get(found.name)];
  });
  if (user === undefined) return refuse(service, call);
  const { path, address } = call;
  audit({ action: "link-use", outcome: "success", user: user.name, path, address, labels: { role: user.role } });
  noteLogin(service, call, { method: "link", outcome: "ok", user: user.name });
  return redirect(303, "/", [await sessions.begin({ kind: "local", user: user.name, generation: user.generation })]);
}

function userOfLink({ users, settings }: AuthService, token: string): User | undefined {
  return findLink(users.read(), token, settings.firstLink, Date.now());
}

function refuse({ audit }: AuthService, { path, address }: Call): Answer {
  audit({ action: "link-use", outcome: "failure", reason: "not-valid", path, address });
  const next = html`<p>
      An administrator makes a new one with <code>npx obsbox users reset NAME</code> on the machine of the box.
    </p>
    <p><a href="/oauth2/sign_in">To the sign-in page</a></p>`;
  return errorPage(403, "This link has been used, has expired, or was never valid.", {}, next);
}

function requireLocalUsers({ settings }: AuthService): void {
  if (!settings.localUsers) throw new HttpError(403, "This box takes company accounts only.");
}
