/** Every path that there is. */
import type { Route } from "../http/answer.ts";
import type { Routes } from "../http/server.ts";
import { assets } from "../pages/assets.ts";
import type { AuthService } from "../service.ts";
import { checkRoute, userInfoRoute } from "./check.ts";
import { homeRoute } from "./home.ts";
import { machineRoute } from "./machine.ts";
import { oidcRoutes } from "./oidc.ts";
import { passwordRoute } from "./password.ts";
import { signInRoute } from "./sign-in.ts";
import { signOutRoute } from "./sign-out.ts";

const alive: Route = { GET: () => ({ status: 200, headers: { "content-type": "text/plain" }, body: "OK" }) };

export function routesOf(service: AuthService): Routes {
  return new Map<string, Route>([
    ["/", homeRoute(service)],
    ["/ping", alive],
    ["/ready", alive],
    ["/oauth2/auth", checkRoute(service)],
    ["/oauth2/userinfo", userInfoRoute(service)],
    ["/oauth2/sign_in", signInRoute(service)],
    ["/oauth2/sign_out", signOutRoute(service)],
    ["/oauth2/password", passwordRoute(service)],
    ...oidcRoutes(service),
    ["/machine/auth", machineRoute(service)],
    ...[...assets].map(([path, answer]) => [path, { GET: () => answer }] as const),
  ]);
}
