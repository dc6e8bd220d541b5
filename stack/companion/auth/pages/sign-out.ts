/** Asks before it signs out somebody who did not follow a link of ours. */
import type { Answer } from "../http/answer.ts";
import { html } from "./html.ts";
import { showPage } from "./layout.ts";

export function signOutPage(returnTo: string): Answer {
  const content = html`<div class="panel">
    <h1>Sign out?</h1>
    <p>Another site has sent you here.</p>
    <form method="post" action="/oauth2/sign_out?rd=${encodeURIComponent(returnTo)}">
      <button class="wide">Sign out</button>
    </form>
  </div>`;
  return showPage(200, { title: "Sign out", content, isNarrow: true });
}
