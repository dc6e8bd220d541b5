/** Nginx asks with every request whether it may pass, in the protocol of oauth2-proxy. */
import type { Answer, Call, Route } from "../http/answer.ts";
import { json, uncached } from "../http/answer.ts";
import { authMetrics, count } from "../metrics.ts";
import type { AuthService } from "../service.ts";
import type { Checked, Identity } from "../sessions/sessions.ts";

/**
 * `/oauth2/auth`: 202 with the identity in headers, 401 without a session, 403 when the person is in none of the groups
 * that the question names.
 *
 * @see https://oauth2-proxy.github.io/oauth2-proxy/configuration/integration#configuring-for-use-with-the-nginx-auth_request-directive
 */
export function checkRoute(service: AuthService): Route {
  return {
    async GET(call) {
      const checked = await checkSession(service, call);
      if (checked.state !== "valid") return { status: 401, headers: uncached };
      const { identity, renewed } = checked;
      if (!isInOneOf(call.query.getAll("allowed_groups"), identity)) return { status: 403, headers: uncached };
      const cookie = renewed === undefined ? {} : { "set-cookie": renewed };
      return { status: 202, headers: { ...uncached, ...identityHeaders(identity), ...cookie } };
    },
  };
}

/** `/oauth2/userinfo`: the same for a program. */
export function userInfoRoute(service: AuthService): Route {
  return {
    async GET(call): Promise<Answer> {
      const checked = await checkSession(service, call);
      if (checked.state !== "valid") return json(401, { error: "nobody is signed in" });
      const { user, email = "", groups, preferredUsername } = checked.identity;
      return json(200, { user, email, groups, preferredUsername });
    },
  };
}

/** Looks at the session of a request; one that is refused is counted and written down. */
export async function checkSession(
  { sessions, audit }: AuthService,
  { request, path, address }: Call,
): Promise<Checked> {
  const checked = await sessions.check(request.headers.cookie);
  if (checked.state === "refused") {
    const { reason, user } = checked;
    count(authMetrics.sessionsRefused, { reason });
    audit({
      action: "session-check",
      outcome: "failure",
      reason,
      address,
      path,
      ...(user === undefined ? {} : { user }),
    });
  }
  return checked;
}

function isInOneOf(wanted: readonly string[], { groups }: Identity): boolean {
  const allowed = wanted.flatMap((list) => list.split(",")).filter(Boolean);
  return allowed.length === 0 || groups.some((group) => allowed.includes(group));
}

function identityHeaders({ user, preferredUsername, email = "", groups }: Identity): Record<string, string> {
  return {
    "x-auth-request-user": user,
    "x-auth-request-preferred-username": preferredUsername,
    "x-auth-request-email": email,
    "x-auth-request-groups": groups.join(","),
  };
}
