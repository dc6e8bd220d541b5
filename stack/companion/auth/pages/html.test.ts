import * as fc from "fast-check";
import { expect, test } from "vitest";
import { html } from "./html.ts";

test("what is put in is escaped, HTML and lists of it are not, and what is not there leaves nothing", () => {
  const items = ["a", "<b>"].map((item) => html`<li>${item}</li>`);
  expect(html`${items}${undefined}${false}${0}`.html).toBe("<li>a</li><li>&lt;b&gt;</li>0");
  expect(html`<p title="${`"'&`}"></p>`.html).toBe('<p title="&quot;&#39;&amp;"></p>');
});

test("no text ends an attribute or begins an element", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(html`${text}`.html).not.toMatch(/[<>"']/);
    }),
  );
});
