/** The home page: what there is, who you are, how a service gets in. */
import { components } from "../../../catalog.ts";
import type { Answer } from "../http/answer.ts";
import { html } from "./html.ts";
import { showPage } from "./layout.ts";

/** In the order in which people need them. */
const pages = components.flatMap(({ page }) => (page === undefined ? [] : [page]));

export interface HomePage {
  readonly userName: string;
  readonly role: string | undefined;
  readonly origin: string;
}

export function homePage(
  { userName, role, origin }: HomePage,
  headers: Readonly<Record<string, string | readonly string[]>>,
): Answer {
  const account = html`<div class="account">
    <span>${userName}</span>
    ${role !== undefined && html`<span class="role">${role}</span>`}
    <form method="post" action="/oauth2/sign_out"><button class="quiet">Sign out</button></form>
  </div>`;
  const content = html`<h1>Your box</h1>
    <p class="dim">Everything that your services tell, in five places.</p>
    <ul class="cards">
      ${pages.map(
        ({ title, path, about }) =>
          html`<li>
            <a class="card" href="${path}"><strong>${title}</strong><span>${about}</span></a>
          </li> `,
      )}
    </ul>
    <h2>Point a service at the box</h2>
    <p class="dim">
      On the machine of the box, <code>npx obsbox env</code> prints these lines with a token and the file of the
      authority.
    </p>
    <pre>
OTEL_EXPORTER_OTLP_ENDPOINT=${origin}/otlp
OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20&lt;token&gt;
NODE_EXTRA_CA_CERTS=&lt;file&gt;

node --import @obsbox/sdk/register app.js</pre>`;
  return showPage(200, { title: "Your box", content, account }, headers);
}
