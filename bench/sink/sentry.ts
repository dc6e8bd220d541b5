/** Envelopes of Sentry: lines of JSON, a header for all, then for each item a header and what it holds. */
import { list } from "./intake.ts";
import type { Intake } from "./intake.ts";

export const sentryEnvelopes: Intake = {
  path: /^\/api\/\d+\/envelope\//,
  answer: () => "{}",
  countSpans(body) {
    const [, ...lines] = body.toString().split("\n");
    let spans = 0;
    for (let line = 0; line + 1 < lines.length; line += 2) {
      const { type } = JSON.parse(lines[line] ?? "{}");
      if (type === "transaction") spans += 1 + list(JSON.parse(lines[line + 1] ?? "{}").spans).length;
      if (type === "span") spans += list(JSON.parse(lines[line + 1] ?? "{}").items).length;
    }
    return spans;
  },
};
