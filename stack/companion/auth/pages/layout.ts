/** The frame of every page, and the headers that go with it. */
import type { Answer } from "../http/answer.ts";
import { uncached } from "../http/answer.ts";
import { iconPath, stylePath } from "./assets.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";

/** Nothing but our own stylesheet and icon; no script at all, and no page may show one of ours inside it. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export interface Page {
  readonly title: string;
  readonly content: Html;
  /** A page of one panel in the middle. */
  readonly isNarrow?: boolean;
  /** Stands in the bar at the top. */
  readonly account?: Html;
}

/** Makes the answer that shows a page. */
export function showPage(
  status: number,
  { title, content, isNarrow = false, account }: Page,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Answer {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · obsbox</title>
<link rel="icon" href="${iconPath}" type="image/svg+xml">
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<header>
<a class="brand" href="/"><img src="${iconPath}" width="24" height="24" alt="">obsbox</a>
${account}
</header>
<main${isNarrow && html` class="narrow"`}>
${content}
</main>
</body>
</html>
`;
  const own = { "content-type": "text/html; charset=utf-8", "content-security-policy": contentSecurityPolicy };
  return { status, headers: { ...uncached, ...own, ...headers }, body: document.html };
}
