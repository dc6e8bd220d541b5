/** What went wrong, in a sentence, and what to do next. */
import type { Answer } from "../http/answer.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { showPage } from "./layout.ts";

const titles: Readonly<Record<number, string>> = {
  400: "That did not work",
  403: "Not allowed",
  404: "Not found",
  405: "Not possible",
  413: "Too large",
  415: "Not possible",
  429: "Too many tries",
  500: "An error of ours",
  503: "Not available",
};

/** @param next - What to do; a link to the home page when it is not given. */
export function errorPage(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  next: Html = html`<p><a href="/">To the home page</a></p>`,
): Answer {
  const title = titles[status] ?? "That did not work";
  const content = html`<div class="panel">
    <h1>${title}</h1>
    <p>${message}</p>
    ${next}
  </div>`;
  return showPage(status, { title, content, isNarrow: true }, headers);
}
