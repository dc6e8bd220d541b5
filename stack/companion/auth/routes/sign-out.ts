/** `/oauth2/sign_out`: ends the session, here and on the server. */
import type { Answer, Call, Route } from "../http/answer.ts";
import { redirect } from "../http/answer.ts";
import { removedCookie, sessionCookie } from "../http/cookies.ts";
import { returnPath } from "../http/return-path.ts";
import { isOwnNavigation } from "../http/same-origin.ts";
import { signOutPage } from "../pages/sign-out.ts";
import type { AuthService } from "../service.ts";
import { checkSession } from "./check.ts";
import { requireOurPage } from "./sign-in.ts";

export function signOutRoute(service: AuthService): Route {
  return {
    // A link on another site must not end anybody's session: it leads to a page that asks.
    GET: (call) => (isOwnNavigation(call.request.headers) ? signOut(service, call, 302) : signOutPage(targetOf(call))),
    POST(call) {
      requireOurPage(service, call);
      return signOut(service, call, 303);
    },
  };
}

async function signOut(service: AuthService, call: Call, status: 302 | 303): Promise<Answer> {
  const checked = await checkSession(service, call);
  if (checked.state !== "valid") return redirect(status, targetOf(call), [removedCookie(sessionCookie)]);
  const cookie = await service.sessions.end(checked.session);
  const { path, address } = call;
  service.audit({ action: "user-logout", outcome: "success", user: checked.identity.user, path, address });
  return redirect(status, targetOf(call), [cookie]);
}

function targetOf({ query }: Call): string {
  const wanted = query.get("rd");
  return wanted === null ? "/oauth2/sign_in" : returnPath(wanted);
}
