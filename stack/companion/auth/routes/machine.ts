/** `/machine/auth`: whether the token of a machine may be used for something. Nginx asks with every batch of spans. */
import type { Answer, Call, Route } from "../http/answer.ts";
import { json } from "../http/answer.ts";
import { HttpError } from "../http/http-error.ts";
import { authMetrics, count } from "../metrics.ts";
import type { AuthService } from "../service.ts";
import { isScope, scopes } from "../tokens/token.ts";
import type { Scope } from "../tokens/token.ts";

export function machineRoute({ tokens, audit }: AuthService): Route {
  const refuse = ({ path, address }: Call, scope: Scope, reason: string, token?: string): void => {
    const labels = { scope, ...(token === undefined ? {} : { token_name: token }) };
    audit({ action: "token-check", outcome: "failure", reason, path, address, labels });
  };
  return {
    GET(call) {
      const scope = call.query.get("scope");
      if (!isScope(scope)) throw new HttpError(400, `The scope is none of ${scopes.join(", ")}.`);
      const given = bearerToken(call.request.headers.authorization);
      if (given === undefined) {
        count(authMetrics.machineChecks, { scope, outcome: "missing" });
        return unauthorized("", "send a machine token as Authorization: Bearer");
      }
      const check = tokens.check(given, scope);
      count(authMetrics.machineChecks, { scope, outcome: check.outcome });
      if (check.outcome === "ok") return { status: 204 };
      refuse(call, scope, check.outcome, "name" in check ? check.name : undefined);
      return check.outcome === "scope"
        ? forbidden(scope)
        : unauthorized(', error="invalid_token"', "this token is not valid");
    },
  };
}

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-3 */
function unauthorized(details: string, error: string): Answer {
  return json(401, { error }, { "www-authenticate": `Bearer realm="obsbox"${details}` });
}

function forbidden(scope: Scope): Answer {
  const challenge = `Bearer realm="obsbox", error="insufficient_scope", scope="${scope}"`;
  return json(403, { error: `this token has not the scope ${scope}` }, { "www-authenticate": challenge });
}

function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([!-~]{1,256})$/i.exec(header ?? "")?.[1];
}
