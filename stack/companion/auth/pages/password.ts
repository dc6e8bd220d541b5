/** The page behind a one-time link: a user chooses a password. */
import type { Answer } from "../http/answer.ts";
import { passwordRule } from "../passwords/policy.ts";
import { html } from "./html.ts";
import { showPage } from "./layout.ts";

export interface PasswordPage {
  readonly userName: string;
  readonly token: string;
  readonly error?: string;
}

export function passwordPage(
  status: number,
  { userName, token, error }: PasswordPage,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const invalid = error !== undefined && html` aria-invalid="true"`;
  const describedBy = error === undefined ? "rule" : "error rule";
  const content = html`<div class="panel">
    <h1>Choose a password</h1>
    <p class="dim">For the user <strong>${userName}</strong>. The link works once.</p>
    ${error !== undefined && html`<p class="error" id="error" role="alert">${error}</p>`}
    <form method="post" action="/oauth2/password">
      <input type="hidden" name="token" value="${token}" />
      <input type="hidden" name="username" value="${userName}" autocomplete="username" />
      <div class="row">
        <label for="password">New password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="new-password"
          maxlength="256"
          required
          autofocus
          aria-describedby="${describedBy}"
          ${invalid}
        />
        <p class="hint" id="rule">${passwordRule}</p>
      </div>
      <div class="row">
        <label for="again">The same once more</label>
        <input
          id="again"
          name="again"
          type="password"
          autocomplete="new-password"
          maxlength="256"
          required${error !== undefined && html` aria-describedby="error"`}${invalid}
        />
      </div>
      <button class="wide">Save and sign in</button>
    </form>
  </div>`;
  return showPage(
    status,
    { title: error === undefined ? "Choose a password" : "Error: choose a password", content, isNarrow: true },
    headers,
  );
}
