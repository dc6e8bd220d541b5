/** The sign-in page. */
import type { Answer } from "../http/answer.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { showPage } from "./layout.ts";

export interface SignInPage {
  /** Where to go afterwards. */
  readonly returnTo: string;
  readonly hasLocalUsers: boolean;
  readonly hasOidc: boolean;
  /** What was typed before. */
  readonly userName?: string;
  readonly error?: string;
}

export function signInPage(
  status: number,
  page: SignInPage,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Answer {
  const { returnTo, hasLocalUsers, hasOidc, error } = page;
  const content = html`<div class="panel">
    <h1>Sign in</h1>
    <p class="dim">Dashboards, logs, metrics and traces of this box.</p>
    ${hasOidc && companyWay(returnTo)}
    ${hasOidc && hasLocalUsers && html`<p class="or">or with a password of this box</p>`}
    ${error !== undefined && html`<p class="error" id="error" role="alert">${error}</p>`}
    ${hasLocalUsers && localWay(page)}
  </div>`;
  return showPage(
    status,
    { title: error === undefined ? "Sign in" : "Error: sign in", content, isNarrow: true },
    headers,
  );
}

function companyWay(returnTo: string): Html {
  return html`<p>
    <a class="button wide" href="/oauth2/start?rd=${encodeURIComponent(returnTo)}">Sign in with your company account</a>
  </p>`;
}

function localWay({ returnTo, userName = "", error, hasOidc }: SignInPage): Html {
  const described = error !== undefined && html` aria-invalid="true" aria-describedby="error"`;
  const isFirst = userName === "" && !hasOidc;
  return html`<form method="post" action="/oauth2/sign_in">
    <input type="hidden" name="rd" value="${returnTo}" />
    <div class="row">
      <label for="username">User name</label>
      <input
        id="username"
        name="username"
        value="${userName}"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
        maxlength="64"
        required${described}${isFirst && html` autofocus`}
      />
    </div>
    <div class="row">
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        maxlength="256"
        required${described}${userName !== "" && html` autofocus`}
      />
    </div>
    <button class="wide">Sign in</button>
  </form>`;
}
