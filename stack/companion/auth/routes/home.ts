/** `/`: the home page. */
import type { IncomingHttpHeaders } from "node:http";
import type { Route } from "../http/answer.ts";
import { redirect } from "../http/answer.ts";
import { homePage } from "../pages/home.ts";
import { roleOf } from "../roles.ts";
import type { AuthService } from "../service.ts";
import { checkSession } from "./check.ts";

export function homeRoute(service: AuthService): Route {
  const { origin, groups } = service.settings;
  return {
    async GET(call) {
      const checked = await checkSession(service, call);
      if (checked.state === "valid") {
        const { identity, renewed } = checked;
        const headers = renewed === undefined ? {} : { "set-cookie": renewed };
        return homePage({ userName: identity.user, role: identity.role, origin }, headers);
      }
      // With oauth2-proxy in front of people, the session is none of ours and Nginx says who it is.
      const userName = textOf(call.request.headers, "x-auth-request-user");
      if (userName === undefined) return redirect(302, "/oauth2/sign_in?rd=%2F");
      const role = roleOf(textOf(call.request.headers, "x-auth-request-groups")?.split(",") ?? [], groups);
      return homePage({ userName, role, origin }, {});
    },
  };
}

function textOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
